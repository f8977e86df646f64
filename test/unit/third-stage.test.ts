/**
 * A stage more, of a method under test/: a row of the table of stages and nothing else. Status, plan, curves, report and
 * nights have it, or the compiler refuses the row.
 */
import type { Client } from '@temporalio/client';
import { describe, expect, it, vi } from 'vitest';
import { findMilestone } from '../../activities/nights/milestone.ts';
import { trainingSection } from '../../activities/reporting/skin-r1/sections/training.ts';
import { commitFiles } from '../../activities/store/commit.ts';
import { renderStatus } from '../../cli/follow/render.ts';
import { digestOf } from '../../domain/artifact.ts';
import { modelId, modelOf, modelTitle } from '../../domain/evaluation/model-under-test.ts';
import { buildReport } from '../../domain/methods/skin-r1/report/build.ts';
import { reportSchema } from '../../domain/methods/skin-r1/report/report.ts';
import { qwen25Vl7b } from '../../domain/plan/architecture.ts';
import { requireEvenBatches } from '../../domain/plan/even-batches.ts';
import { pathRows, requireOpenPaths } from '../../domain/plan/paths.ts';
import { planStages } from '../../domain/plan/stages.ts';
import { type Stage, type StageRow, stages, trainedStages } from '../../domain/stages/index.ts';
import { skinR1Stages } from '../../domain/stages/skin-r1.ts';
import { readEnvironment } from '../../platform/env.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { smallRecipe } from '../support/recipes.ts';
import { sampleSources } from '../support/report.ts';
import { tinyStages } from '../support/tiny-method/stages.ts';

/** The one line: the table spreads the rows of each method. */
vi.mock(import('../../domain/stages/skingpt-r1.ts'), async (original) => {
  const { skinGptR1Stages } = await original();
  const { tinyStages: own } = await import('../support/tiny-method/stages.ts');
  const step = {
    ...own['tiny-rl'],
    title: 'Tiny step',
    rank: 2.5,
    logField: 'tinyStep',
    perStep: false,
    reference: null,
  };
  return { skinGptR1Stages: { ...skinGptR1Stages, ...own, 'tiny-step': step } };
});

const tiny = 'tiny-rl' as Stage; // no stage of Dermflow
const recipe = smallRecipe();
const model = { stage: tiny, step: 40, image: 'real' as const };
const log = (count: number) =>
  Array.from({ length: count }, (_, step) => ({ step, values: { reward: step / count, kl: step / 100 } }));

describe('a stage that only a row knows of', () => {
  it('has models with ids and titles', () => {
    expect(stages[tiny]).toBe(tinyStages['tiny-rl']);
    expect([modelId(model), modelTitle(model)]).toEqual(['tiny-rl-40', 'Tiny rewards, step 40']);
    expect(modelOf({ label: 'tiny-rl-40', step: 40 })).toEqual(model);
  });

  it('is in the plan, with its memory', () => {
    const planned = planStages({ recipe, rows: { [tiny]: 70 }, architecture: qwen25Vl7b, devices: 1 });
    const own = planned.find(({ stage }) => stage === tiny);
    expect(own).toMatchObject({ epochs: null, steps: 40, checkpoints: { uploaded: 4, kept: 4 } });
    expect(own?.sizes?.memory.base).toBeGreaterThan(0);
    expect(() => requireEvenBatches([tiny], recipe, 1)).toThrow('tiny.perDeviceBatchSize');
  });

  it('is refused on machines that cannot train it, wherever its settings stand', () => {
    const { trainer } = readEnvironment({ DERMFLOW_TRAINER_PROCESSES: '2', DERMFLOW_TRAINER_SHARDING: 'fsdp' });
    const run = { model: recipe.model, stages: trainedStages([tiny], recipe) };
    const used = pathRows(trainer, run).filter((row) => row.used);
    expect(used.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['rollouts vllm-server', 'fsdp, base in four bits', 'fsdp, validation of GRPO']),
    );
    expect(() => requireOpenPaths(trainer, run)).toThrow(
      /^tiny\.lora\.quantise is set .* remove tiny\.lora\.quantise\ntiny\.validation is set/,
    );
  });

  it('is told by status and watch', () => {
    const progress = {
      ...{ recipe: 'small', checkpoint: { stage: tiny, step: 20 }, evaluations: [], report: null, failure: null },
      stages: [{ stage: 'sft', state: 'running' as const, detail: stages[tiny].status(40, recipe) }],
    };
    const status = {
      ...{ run: 'run', method: 'tiny', state: 'RUNNING', startedAt: new Date().toISOString(), closedAt: null },
      ...{ failure: null, failureType: null, stuck: null, progress, pending: [] },
    };
    expect(renderStatus(status)).toContain('tiny, to step 40');
    expect(renderStatus(status)).toContain('last finished stretch: tiny-rl, step 20');
  });

  it('has its curves and its field in report.json', async () => {
    const sources = sampleSources();
    const report = await buildReport({ ...sources, logs: { ...sources.logs, [tiny]: log(30) } });
    expect(Reflect.get(reportSchema.parse(report).training, 'tinyRl')).toHaveLength(30);
    const section = String(await trainingSection(report));
    expect(section).toContain('Tiny, after SFT: from 0.00 at step 0 to 0.967 at step 29');
    expect(section).toContain('Tiny, after SFT, to nothing at all');
  });

  it('is compared with the final model, which stays that of the stage that the run exports', async () => {
    const sources = sampleSources();
    const final = sources.summaries.find(({ label }) => label === 'grpo-60');
    const others = ['tiny-step', 'tiny-rl-40'];
    const report = await buildReport({
      ...sources,
      summaries: [...sources.summaries, ...others.flatMap((label) => (final ? [{ ...final, label, step: 40 }] : []))],
      items: new Map([
        ...sources.items,
        ...others.map((label) => [label, sources.items.get('grpo-60') ?? []] as const),
      ]),
    });
    expect(report.evaluations.filter(({ image }) => image === 'real').at(-1)?.label).toBe('tiny-rl-40');
    expect(report.final).toBe('grpo-60');
    const pairs = report.comparisons.filter(({ task }) => task === 'diagnosis').map((c) => `${c.first} ${c.second}`);
    expect(pairs.slice(0, 5)).toEqual([
      // what a run makes on its way, then the other stages of rewards
      ...['base sft', 'sft tiny-step', 'tiny-step grpo-60'],
      ...['rl-only-60 grpo-60', 'tiny-rl-40 grpo-60'],
    ]);
    const summary = report.summary.join('\n');
    for (const title of ['Tiny step', 'Tiny rewards, step 40'])
      expect(summary).toMatch(new RegExp(`on the same questions: .*${title} `));
  });

  it('is followed by nights', async () => {
    const store = createMemoryStore();
    const common = { method: 'test/1', params: {}, facts: {} };
    const checkpoint = await commitFiles(store, { kind: 'checkpoint', key: 'tiny', inputs: {}, ...common }, {});
    const inputs = { model: digestOf('base'), checkpoint: checkpoint.sha256 };
    const evaluation = await commitFiles(store, { kind: 'evaluation', key: 'tiny', inputs, ...common }, {});
    const evaluations = [{ label: 'tiny-rl-40', step: 40, evaluation, scores: [] }];
    const client = {
      options: { namespace: 'default' },
      workflow: { getHandle: () => ({ query: async () => ({ evaluations }) }) },
    } as unknown as Client; // what is used of it
    expect(await findMilestone(store, client, 'run')).toMatchObject({ id: 'tiny-rl-40' });
  });

  it('does not compile while its row lacks something', () => {
    const { reference: _, ...incomplete } = skinR1Stages.grpo;
    // @ts-expect-error it does not say what its rewards are held to
    const row: StageRow = incomplete;
    expect(row).not.toHaveProperty('reference');
  });
});
