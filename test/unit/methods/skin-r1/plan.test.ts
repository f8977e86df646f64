import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRecipeOf } from '../../../../cli/start/recipes.ts';
import { failureTypes } from '../../../../domain/failures.ts';
import type { LoraSettings } from '../../../../domain/lora.ts';
import { planRun } from '../../../../domain/methods/skin-r1/plan.ts';
import { describePlan } from '../../../../domain/methods/skin-r1/plan-words.ts';
import {
  type Architecture,
  loraParameters,
  parseArchitecture,
  partParameters,
  qwen25Vl7b,
  totalParameters,
} from '../../../../domain/plan/architecture.ts';
import { grpoBatches, sftBatches } from '../../../../domain/plan/batches.ts';
import type { DataCounts } from '../../../../domain/plan/input.ts';
import { estimateMemory } from '../../../../domain/plan/memory.ts';
import { repositoryRoot } from '../../../../platform/env.ts';

const backbone = join(repositoryRoot, 'trainer/backbone');
const readTiny = (): Architecture => parseArchitecture(JSON.parse(readFileSync(join(backbone, 'config.json'), 'utf8')));
const paper: DataCounts = { items: 26_507, test: 8_390, textbook: 1_200, images: 36_097 };

async function planOf(name: string, data = paper, architecture: Architecture | null = qwen25Vl7b) {
  const recipe = await readRecipeOf('skin-r1', name);
  return { recipe, plan: planRun({ recipe, data, architecture, devices: 2, prices: { input: 0.4, output: 1.6 } }) };
}

/** Numbers of all tensors of a safetensors file. */
function countWeights(file: string): number {
  const bytes = readFileSync(file);
  const header: Record<string, { shape?: number[] }> = JSON.parse(
    bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString(),
  );
  const shapes = Object.values(header).flatMap(({ shape }) => (shape ? [shape] : []));
  return shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

describe('architecture', () => {
  it('has the parameters that the shipped model has', () =>
    expect(totalParameters(readTiny())).toBe(countWeights(join(backbone, 'model.safetensors'))));

  it('has the published size of Qwen2.5-VL-7B', () => expect(totalParameters(qwen25Vl7b)).toBe(8_292_166_656));

  it('counts an adapter as rank times in and out of each linear layer', () => {
    // The tiny model's trainer says the same of itself.
    expect(loraParameters(readTiny(), { rank: 64 })).toBe(548_864);
    expect(loraParameters(qwen25Vl7b, { rank: 64 })).toBe(162_693_120);
  });

  it('counts parts, whole and with an adapter on them', () => {
    const tiny = readTiny();
    const parts = partParameters(tiny);
    expect(parts.language + parts.merger + parts.vision).toBe(totalParameters(tiny));
    const of = (targets: NonNullable<LoraSettings['targets']>) => loraParameters(tiny, { rank: 64, targets });
    expect(of(['language', 'merger'])).toBe(548_864);
    expect(of(['language']) + of(['merger']) + of(['vision'])).toBe(of(['vision', 'language', 'merger']));
    expect(of('.*language_model.*')).toBe(of(['language']));
    expect(of('.*layers\\.0\\.self_attn\\.q_proj')).toBe(64 * 2 * tiny.hidden);
    expect(of('nothing')).toBe(0);
  });

  it('reads configs of older files, with the text values at the top', () => {
    const { text_config, ...rest } = JSON.parse(readFileSync(join(backbone, 'config.json'), 'utf8'));
    expect(parseArchitecture({ ...text_config, ...rest })).toEqual(readTiny());
  });
});

describe('batches', () => {
  it("of the paper's 26,507 prompts by 16: 1,656 steps, 11 prompts dropped", () =>
    expect(grpoBatches(26_507, 16)).toEqual({
      rows: 26_507,
      batch: 16,
      stepsPerEpoch: 1_656,
      remainder: 11,
      lastBatch: 'dropped',
    }));

  it('of SFT keep a partial last step: 1,657', () =>
    expect(sftBatches(26_507, 16)).toMatchObject({ stepsPerEpoch: 1_657, remainder: 11, lastBatch: 'partial' }));

  it.each([
    [32, 16, 2],
    [16, 16, 1],
    [15, 16, 0],
  ])('%d by %d', (rows, batch, steps) => expect(grpoBatches(rows, batch).stepsPerEpoch).toBe(steps));
});

describe('memory', () => {
  const estimate = async (stage: 'sft' | 'grpo', change: Partial<Architecture> = {}) =>
    estimateMemory(stage, await readRecipeOf('skin-r1', 'skin-r1'), { ...qwen25Vl7b, ...change }, 1);

  it.each(['sft', 'grpo'] as const)('%s: logits stand in tiles, whatever the vocabulary', async (stage) => {
    const [narrow, wide] = [await estimate(stage), await estimate(stage, { vocabulary: 2 * qwen25Vl7b.vocabulary })];
    expect(wide.activations).toBe(narrow.activations);
    expect(wide.base).toBeGreaterThan(narrow.base);
  });

  it("dropout keeps copies of the adapters' inputs in SFT; GRPO has none", async () => {
    const recipe = await readRecipeOf('skin-r1', 'skin-r1');
    const without = { ...recipe, lora: recipe.lora && { ...recipe.lora, dropout: 0 } };
    const saved = (stage: 'sft' | 'grpo'): number =>
      estimateMemory(stage, recipe, qwen25Vl7b, 1).activations -
      estimateMemory(stage, without, qwen25Vl7b, 1).activations;
    // Of 1,024 tokens: six hidden vectors and the wide one, in fp32 with a byte each.
    expect(saved('sft')).toBe(1_024 * (6 * 3_584 + 18_944) * 5);
    expect(saved('grpo')).toBe(0);
  });

  it.each([
    ['sft', [], 18.58],
    ['sft', ['sft.trl.optim=paged_adamw_8bit'], 17.65],
    ['grpo', [], 27.42],
  ] as const)('%s %j is to 10 %% what an H100 held: %d GiB', async (stage, set, measured) => {
    const { peak } = estimateMemory(stage, await readRecipeOf('skin-r1', 'skin-r1', { set: [...set] }), qwen25Vl7b, 1);
    expect(Math.abs(peak / 2 ** 30 / measured - 1)).toBeLessThan(0.1);
  });

  it('four bits are of the text layers alone; the adapter on them is in bf16', async () => {
    const set = ['lora={ rank: 64, alpha: 32, dropout: 0.1, quantise: nf4 }'];
    const [plain, four] = await Promise.all(
      [[], set].map(async (each) =>
        estimateMemory('sft', await readRecipeOf('skin-r1', 'skin-r1', { set: each }), qwen25Vl7b, 1),
      ),
    );
    // 28 layers of seven linear ones, with their biases and norms, and the norm after them.
    const text = 28 * (2 * 3_584 ** 2 + 2 * 3_584 * 512 + 3 * 3_584 * 18_944 + 3 * 3_584 + 2 * 512) + 3_584;
    expect((plain?.base ?? 0) - (four?.base ?? 0)).toBeCloseTo(text * (2 - 0.52), -3);
    expect(four?.adapter).toBe((plain?.adapter ?? 0) / 2);
  });

  it('of sampling holds what a layer makes of all prompts at once, beside keys and values', async () => {
    const { sampling, tokens } = await estimate('grpo');
    expect(tokens).toEqual({ image: 256, instruction: 256, completion: 1_024 });
    expect(sampling).toBe(64 * 2 * (1_536 * 2 * 28 * 512 + 512 * 5 * 18_944));
  });
});

describe('planRun', () => {
  it("states the paper's run", async () => {
    const { plan } = await planOf('skin-r1');
    expect(plan.sft).toMatchObject({ epochs: 4, steps: 760 });
    expect(plan.grpo).toMatchObject({ steps: 1_500, completions: 96_000, milestones: [500, 1_000, 1_500] });
    expect(plan.trajectories).toMatchObject({ atMost: 3_200, llmCalls: 2_000 });
    expect(plan.trajectories?.price).toBeCloseTo(0.8 * 0.4 + 0.24 * 1.6);
    expect(plan.evaluations).toEqual({ models: 40, answers: 40 * 4 * 8_390 });
    // The paper trains on 40 GB devices: an estimate that says otherwise is wrong.
    expect(plan.memory?.grpo.peak).toBeGreaterThan(16 * 2 ** 30);
    expect(plan.memory?.grpo.peak).toBeLessThan(40 * 2 ** 30);
  });

  it.each([
    ['sft-only', { sft: true, grpo: false, rlOnly: false }],
    ['rl-only', { sft: false, grpo: false, rlOnly: true }],
    ['flat-reward', { sft: true, grpo: true, rlOnly: false }],
    ['matched', { sft: true, grpo: true, rlOnly: true }],
    ['skin-r1', { sft: true, grpo: true, rlOnly: true }],
  ])('%s leaves out what its ablation leaves out', async (name, expected) => {
    const { plan } = await planOf(name);
    const { sft, grpo, rlOnly } = plan;
    expect({ sft: sft !== null, grpo: grpo !== null, rlOnly: rlOnly !== null }).toEqual(expected);
  });

  it('counts the alignment of concepts: a call for each wording, steps over the pictures', async () => {
    const { recipe, plan } = await planOf('concept-alignment', { ...paper, concepts: { pictures: 3_866, terms: 48 } });
    expect(plan.concepts).toMatchObject({ rows: 3_673, epochs: 1, steps: 230, llmCalls: 192 });
    expect(describePlan(recipe, plan)).toMatch(/concepts +3,673 pictures \/ 16 per step = 230 steps per epoch/);
    const unknown = await planOf('concept-alignment');
    expect(describePlan(unknown.recipe, unknown.plan)).toMatch(/concepts +unknown: give --data DIR/);
    expect((await planOf('skin-r1')).plan.concepts).toBeNull();
  });

  it('calls unknown what nobody has counted, never none', async () => {
    const { recipe, plan } = await planOf('skin-r1', { ...paper, test: null, textbook: null });
    expect(plan).toMatchObject({ trajectories: null, sft: 'unknown', evaluations: { models: 40, answers: null } });
    const words = describePlan(recipe, plan);
    expect(words).toMatch(/^trajectories +unknown: give --textbook COUNT, or --data DIR$/m);
    expect(words).toMatch(/^sft +unknown: give --textbook COUNT/m);
    expect(words).toMatch(
      /^evaluation +40 models, an unknown number \(give --test COUNT, or --data DIR\) of answers$/m,
    );
    expect(words).toMatch(/^S3 +about [\d.]+ GiB and the pictures that are not counted$/m);
    expect(words).not.toMatch(/\b0 (?:answers|rows|LLM)/);
    const none = await planOf('skin-r1', { ...paper, test: 0 });
    expect(describePlan(none.recipe, none.plan)).toMatch(/^evaluation +40 models, 0 answers$/m);
  });

  it('refuses fewer prompts than a step takes', async () => {
    await expect(planOf('skin-r1', { ...paper, items: 15 })).rejects.toMatchObject({ type: failureTypes.userMistake });
  });

  it('says in words what becomes of the last step, and what it cannot know', async () => {
    const { recipe, plan } = await planOf('skin-r1');
    const text = describePlan(recipe, plan);
    expect(text).toContain('KL β 0.04, its gradient k3');
    expect(text).toContain('26,507 prompts / 16 per step = 1,656 steps per epoch, the last 11 prompts dropped');
    expect(text).toContain('(with a partial last step: 1,657)');
    expect(text).toContain('trainable 162,693,120 (1.96 %)');
    expect(text).toContain("28 kept, 1.8 GiB each, and one adapter of 0.606 GiB as GRPO's reference");
    expect(describePlan(recipe, (await planOf('sft-only')).plan)).toContain('6 kept, 1.8 GiB each\n');
    const unknown = await planOf('skin-r1', paper, null);
    expect(describePlan(unknown.recipe, unknown.plan)).toContain('config.json is not on this machine');
  });
});
