import { describe, expect, it } from 'vitest';
import { reportPage } from '../../../../../activities/reporting/skin-r1/page.ts';
import { judgeOutput } from '../../../../../domain/evaluation/item.ts';
import { summariseItems } from '../../../../../domain/evaluation/summary.ts';
import { modelsBySet } from '../../../../../domain/methods/skin-r1/report/sets.ts';
import { melanomaQuestion } from '../../../../support/cases.ts';
import { demoRecipe, paperRecipe } from '../../../../support/recipes.ts';
import { sampleReport } from '../../../../support/report.ts';

const tagged = (final: string): string => `<thinking> dark </thinking> <final diagnosis> ${final} </final diagnosis>`;
const outputs = {
  ham10000: [tagged('A'), tagged('D'), 'The answer is A.', 'The answer is D.'],
  bcn20000: ['The answer is A.', 'no idea'],
};
const items = Object.entries(outputs).flatMap(([source, texts]) =>
  texts.map((text, i) =>
    judgeOutput(melanomaQuestion({ id: `${source}-${i}`, group: `${source}-${i}`, source }), text),
  ),
);
const model = { label: 'base', title: 'Base model', step: null, image: 'real' as const, tasks: summariseItems(items) };
const bySet = (own = items) =>
  modelsBySet({ models: [model], items: new Map([['base', own]]), recipe: demoRecipe() }, async () => {});

describe('a model by data set', () => {
  it('has both readers side by side, in each set and over all, with what each could not read', async () => {
    const [found] = await bySet();
    const numbers = found?.columns.map(({ name, score, macroF1, unread, lenient }) => [
      name,
      [score.value, macroF1?.value, unread],
      [lenient?.score.value, lenient?.macroF1?.value, lenient?.unread],
    ]);
    // F1 of melanoma, the one right label: 2 * 1 / (4 + 1) and 2 * 2 / (4 + 2); 0 and 2 * 1 / (2 + 1).
    expect(numbers).toEqual([
      ['bcn20000', [0, 0, 1], [0.5, expect.closeTo(2 / 3, 12), 0.5]],
      ['ham10000', [0.25, expect.closeTo(0.4, 12), 0.5], [0.5, expect.closeTo(2 / 3, 12), 0]],
    ]);
    const { strict, lenient } = found?.average ?? {};
    expect([strict?.weighted.score.value, strict?.unread]).toEqual([1 / 6, 4 / 6]);
    expect([lenient?.weighted.score.value, lenient?.unread]).toEqual([3 / 6, 1 / 6]);
    expect(lenient?.weighted.score.low).toBeLessThan(lenient?.weighted.score.high ?? 0);
  });

  it.each([
    ['base', null, ['Qwen2.5-VL-7B-Instruct']],
    ['sft', 8, ['SFT']],
    ['rl-only-800', 800, ['RL without SFT']],
    ['grpo-60', 60, ['Skin-R1']],
    ['grpo-1000', 1000, ['Skin-R1 (1,000 steps)']],
    ['concepts', 8, []],
    ['distillation', 8, []],
  ])('stands beside the row of the paper that its stage has: %s', async (label, step, rows) => {
    const own = { ...model, label, step };
    const given = { models: [own], items: new Map([[label, items]]), recipe: paperRecipe() };
    const [found] = await modelsBySet(given, async () => {});
    expect([...new Set(found?.paper.map((row) => row.model))]).toEqual(rows);
    const steps = found?.paper.flatMap(({ notComparable }) =>
      notComparable.filter((why) => why.startsWith('training')),
    );
    const expected = label === 'grpo-60' ? ["training: 60 steps, the paper's have 500, 1,000 or 1,500"] : [];
    expect([...new Set(steps)]).toEqual(expected);
  });

  it('of an evaluation that kept no lenient label has its accuracy all the same', async () => {
    const older = items.map(({ lenient: { letter, correct }, ...item }) => ({ ...item, lenient: { letter, correct } }));
    const [found] = await bySet(older);
    expect(found?.columns.map(({ lenient }) => lenient?.score.value)).toEqual([0.5, 0.5]);
  });

  it('is one row on the page where the readers agree, else two', async () => {
    const report = sampleReport();
    const [found] = await bySet();
    const rows = async (sets: typeof report.sets): Promise<string[]> =>
      [...(await reportPage({ ...report, sets }, new Map())).matchAll(/<td>(strict|lenient|both)<\/td>/g)].map(
        ([, reader = '']) => reader,
      );
    expect(await rows(found ? [found] : [])).toEqual(['strict', 'lenient']);
    const agreed = await bySet(items.filter(({ letter }) => letter !== null));
    expect(await rows(agreed)).toEqual(['both']);
    const { average: _, columns = [], ...older } = found ?? { task: 'diagnosis', label: 'base', paper: [] };
    const strict = columns.map(({ lenient: _, ...column }) => column);
    expect(await rows([{ ...older, columns: strict }])).toEqual(['strict']);
  });
});

it('the page shows what each model sees: with the picture, without it, and what the picture adds', async () => {
  const page = await reportPage(sampleReport(), new Map());
  const [, table = ''] = /what each model sees<\/caption>(.*?)<\/table>/s.exec(page) ?? [];
  const rows = [...table.matchAll(/<th scope="row">([^<]+)<\/th>/g)].map(([, name]) => name);
  expect(rows).toEqual(['Base', 'RL only 60', 'SFT', 'GRPO 60']);
});
