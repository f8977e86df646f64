import { describe, expect, it } from 'vitest';
import { readFurther } from '../../../bench/effect/experiments.ts';
import { readRecipeOf } from '../../../cli/start/recipes.ts';
import { withBothArms } from '../../../domain/methods/skingpt-r1/ablation.ts';
import { planSkinGptR1 } from '../../../domain/methods/skingpt-r1/plan.ts';
import { stages } from '../../../domain/stages/index.ts';

const data = { items: 480, test: 160, textbook: 8, images: 808 };
async function planned(changes: readonly string[]) {
  const recipe = withBothArms(await readRecipeOf('skingpt-r1', 'skingpt-demo', { set: ['seed=11', ...changes] }));
  return { recipe, plan: planSkinGptR1({ recipe, data, architecture: null, devices: 1, prices: null }) };
}
const rowsOf = ({ plan }: Awaited<ReturnType<typeof planned>>): number => plan.rows.train + plan.rows.validation;

describe('a further experiment of the effect benchmark', () => {
  it('with fewer labels has narratives of a quarter of the cases, and both arms at as many steps', async () => {
    const [usual, fewer] = [await planned([]), await planned(readFurther('labels', undefined)?.changes ?? [])];
    expect(fewer.plan.narratives.cases).toBe(usual.plan.narratives.cases / 4);
    expect(rowsOf(fewer) / rowsOf(usual)).toBeCloseTo(0.27, 1);
    const steps = fewer.plan.stages.map(({ stage, steps: own }) => [stages[stage].shortTitle, own]);
    expect(new Set(steps.map(([, own]) => own)).size).toBe(1);
    expect(fewer.plan.evaluations.narratives).toBeGreaterThan(0);
  });

  it('with pooled features or another teacher changes the teacher alone', async () => {
    const usual = await planned([]);
    const [pooled, other] = [readFurther('pooled', undefined), readFurther('teacher', '/a b/strong.onnx')];
    expect((await planned(pooled?.changes ?? [])).recipe).toEqual({
      ...usual.recipe,
      teacher: { encoder: 'shipped', form: 'pooled' },
    });
    expect((await planned(other?.changes ?? [])).recipe).toEqual({
      ...usual.recipe,
      teacher: { encoder: '/a b/strong.onnx', form: 'patches' },
    });
  });

  it('that is none, or lacks its file, is told before anything starts', () => {
    expect(readFurther('none', undefined)).toBeNull();
    expect(() => readFurther('more', undefined)).toThrow('--further more: expected labels, pooled, teacher or none');
    expect(() => readFurther('teacher', undefined)).toThrow('give --teacher FILE');
    expect(() => readFurther('labels', 'x.onnx')).toThrow('--teacher: is for --further teacher');
  });
});
