import { describe, expect, it } from 'vitest';
import { distillationSchema } from '../../../../domain/jobs/distillation.ts';
import { methodOf } from '../../../../domain/methods/index.ts';
import { planSkinGptR1 } from '../../../../domain/methods/skingpt-r1/plan.ts';
import { describeSkinGptR1Plan } from '../../../../domain/methods/skingpt-r1/plan-words.ts';
import { qwen25Vl7b } from '../../../../domain/plan/architecture.ts';
import { requireEvenBatches } from '../../../../domain/plan/even-batches.ts';
import type { DataCounts } from '../../../../domain/plan/input.ts';
import { distilledParameters } from '../../../../domain/plan/weights.ts';
import { dermevalSchema } from '../../../../domain/recipe/dermeval.ts';
import type { SkinGptR1Recipe } from '../../../../domain/recipe/methods/skingpt-r1.ts';
import type { Recipe } from '../../../../domain/recipe/recipe.ts';
import { skinGptR1Recipe } from '../../../support/narrative-report.ts';
import { demoRecipe } from '../../../support/recipes.ts';

const data: DataCounts = { items: 20_000, test: 6_000, textbook: 0, images: 30_000 };
const paper = skinGptR1Recipe('skingpt-r1');
const prices = { input: 0.5, output: 2 };
const planOf = (recipe: SkinGptR1Recipe, given = data) =>
  planSkinGptR1({ recipe, data: given, architecture: qwen25Vl7b, devices: 1, prices });

/** An evaluator beside the paper's recipe. */
const withEvaluator: SkinGptR1Recipe = {
  ...paper,
  dermeval: dermevalSchema.parse({
    lora: { rank: 64, alpha: 128, dropout: 0 },
    sft: { ...demoRecipe().sft, conceptAlignment: null, epochs: 2, batchSize: 16, perDeviceBatchSize: 4 },
    soreb: {
      ...{ learningRate: 1e-6, warmupRatio: 0, weightDecay: 0, maxGradNorm: 1, gradientCheckpointing: true },
      ...{ perDeviceBatchSize: 4, promptsPerStep: 8, generations: 2, maxCompletionLength: 256 },
      ...{ steps: 400, milestones: [200, 400], saveEvery: 100 },
    },
  }),
};

describe('what a distillation trains', () => {
  const settings = (more: object = {}) => distillationSchema.parse(more);

  it('has the size of the public code’s adapters, with the branch and its own first layer', () => {
    // 4.62 M without the first layer, whose input is 1,176 wide, 5.83 M with it.
    expect(distilledParameters(qwen25Vl7b, settings({ branch: {} })) - 1176 * 1024).toBe(4_622_692);
    expect(distilledParameters(qwen25Vl7b, settings({ branch: {} }))).toBe(5_826_916);
  });

  it('is the alignment head and the language adapter without it; more where the text is read, too', () => {
    const plain = distilledParameters(qwen25Vl7b, settings());
    expect(plain).toBe(3584 * 1024 + 1024 * 64 + 64 * 3584 + 1);
    expect(distilledParameters(qwen25Vl7b, settings({ reads: 'picture-and-text' })) - plain).toBe(3584 * 64);
  });
});

describe('the plan of SkinGPT-R1', () => {
  it('counts one row per case at most, and none but the certified one of a case that people review', () => {
    const several = { ...paper, narratives: { ...paper.narratives, candidates: 4, temperature: 1 } };
    const { rows, narratives } = planOf(several, { ...data, items: 1000 });
    expect(narratives).toMatchObject({ cases: 1000, written: 4000, kept: 0 });
    expect(rows.train + rows.validation).toBe(500);
    const partly = planOf(several, { ...data, items: 4000 });
    expect(partly.narratives.kept).toBe(1000);
    expect(partly.rows.train + partly.rows.validation).toBe(2500);
  });

  it('counts narratives, calls, reviews and rows', () => {
    const { narratives, judge, reviews, rows, teacher, evaluations } = planOf(paper);
    expect(narratives).toMatchObject({ cases: 20_000, written: 20_000, kept: 10_000, llmCalls: 40_000 });
    expect(reviews).toEqual({ cases: 3000, judgements: 6000, scripted: false, train: 1500, bench: 1500 });
    expect(judge).toMatchObject({ narratives: 0, answers: 4500, anchors: 40, llmCalls: 4540 });
    const judged = { ...paper, narratives: { ...paper.narratives, scoredBy: 'judge' as const } };
    expect(planOf(judged).judge).toMatchObject({ narratives: 20_000, answers: 4500, anchors: 40, llmCalls: 24_540 });
    expect(rows.train + rows.validation).toBe(11_500);
    expect(teacher).toEqual({ pictures: 11_500 });
    expect(evaluations).toMatchObject({ models: 3, answers: 3 * 6000 * 2, narratives: 4500 });
  });

  it('counts steps, uploads and what is trained of each stage', () => {
    const { stages, rows } = planOf(withEvaluator);
    expect(stages.map(({ stage }) => stage)).toEqual(['dermcot', 'distillation', 'dermeval-sft', 'dermeval']);
    const [, distilled, supervised, soreb] = stages;
    const perEpoch = Math.ceil(rows.train / 128);
    expect(distilled).toMatchObject({ epochs: 10, stepsPerEpoch: perEpoch, steps: 10 * perEpoch, sampled: 0 });
    // Each 50 steps, and at the end of each epoch.
    const stops = Array.from({ length: 10 }, (_, i) => (i + 1) * perEpoch);
    const saved = new Set([
      ...stops,
      ...Array.from({ length: 10 * perEpoch }, (_, i) => i + 1).filter((s) => s % 50 === 0),
    ]);
    expect(distilled?.checkpoints).toEqual({ uploaded: saved.size, kept: 12 });
    expect(distilled?.sizes?.trainable).toBe(3_964_929);
    expect(supervised).toMatchObject({ rows: 1500, epochs: 2, steps: 2 * 94 });
    expect(supervised?.sizes?.trainable).toBe(162_693_120);
    expect(soreb).toMatchObject({ epochs: null, steps: 400, sampled: 6400, checkpoints: { uploaded: 4, kept: 4 } });
  });

  it('has no calls for a description where the base describes, no judge where none is named', () => {
    const demo = skinGptR1Recipe();
    const { narratives, judge, reviews, parameters } = planOf(demo, { ...data, items: 480 });
    expect([narratives.cases, narratives.llmCalls, judge]).toEqual([400, 400, null]);
    expect(reviews).toMatchObject({ cases: 60, scripted: true });
    expect(parameters?.share).toBeLessThan(0.001);
  });

  it('holds the adapters and their whole logits beside a frozen base', () => {
    const memory = planOf(paper).stages.find(({ stage }) => stage === 'distillation')?.sizes?.memory;
    expect(memory?.base).toBe(2 * 8_292_166_656);
    expect(memory?.adapter).toBe(3_964_929 * 16);
    // Six tables of 4 sequences by 512 tokens by all words.
    expect(memory?.activations).toBeGreaterThan(6 * 4 * 4 * 512 * 152_064);
  });

  it('calls unknown what nobody has counted, never none', () => {
    const plan = planOf(paper, { ...data, test: null });
    expect(plan.evaluations).toEqual({ models: 3, answers: null, narratives: 4500 });
    const words = describeSkinGptR1Plan(paper, plan);
    expect(words).toMatch(
      /^evaluation +3 models, an unknown number \(give --test COUNT, or --data DIR\) of answers on/m,
    );
    expect(words).not.toContain('about 0');
  });

  it('says all of it in lines, and calls a script a script', () => {
    const words = describeSkinGptR1Plan(withEvaluator, planOf(withEvaluator));
    expect(words).toMatch(/^narratives +20,000 cases, 20,000 narratives, at most 10,000 kept; about 40,000 LLM calls/m);
    expect(words).toMatch(
      /^reviews +3,000 cases, 2 reviewers each = 6,000 judgements by people, for whom the run waits/m,
    );
    expect(words).toMatch(/^judge +deepseek-reasoner: 0 narratives, 4,500 answers of models, 40 anchors/m);
    expect(words).toMatch(/^dermeval +to step 400, 6,400 texts sampled; 4 checkpoints uploaded/m);
    expect(words).toMatch(/^parameters +8292\.2 M, trainable 3,964,929 \(0\.048 %\)/m);
    const demo = skinGptR1Recipe();
    expect(describeSkinGptR1Plan(demo, planOf(demo))).toMatch(/^reviews .*by a program \(script\) instead of people/m);
    const unknown = planSkinGptR1({ recipe: demo, data, architecture: null, devices: 1, prices: null });
    expect(describeSkinGptR1Plan(demo, unknown)).toMatch(/^sizes +unknown/m);
  });
});

const even = (recipe: Recipe, devices: number) => requireEvenBatches(methodOf(recipe).stages, recipe, devices);

describe('devices that do not divide a step', () => {
  it.each([
    ['distillation', { ...paper, distillation: { ...paper.distillation, perDeviceBatchSize: 3 } }, 1],
    ['distillation', paper, 3],
    ['dermeval.sft', withEvaluator, 8],
    ['sft', demoRecipe(), 3],
  ] as const)('are told by the setting: %s', (setting, recipe, devices) => {
    expect(() => even(recipe, devices)).toThrow(
      new RegExp(`^${setting}\\.perDeviceBatchSize is \\d+: on the ${devices} devices`),
    );
  });

  it('are none where each stage that is trained has its share; a stage that is left out is not asked', () => {
    expect(() => even(paper, 4)).not.toThrow();
    expect(() => even(demoRecipe(), 1)).not.toThrow();
    const demo = demoRecipe();
    const odd = { ...demo, grpo: { ...demo.grpo, perDeviceBatchSize: 7 } };
    expect(() => even(odd, 1)).toThrow(/^grpo\.perDeviceBatchSize is 7/);
    expect(() => even({ ...odd, grpo: { ...odd.grpo, milestones: [], rlOnlyMilestones: [] } }, 1)).not.toThrow();
  });
});
