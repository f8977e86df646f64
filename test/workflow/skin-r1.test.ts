import type { WorkflowHandle } from '@temporalio/client';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProbesInput } from '../../domain/contracts/benchmarks.ts';
import type { EvaluationInput } from '../../domain/contracts/evaluation.ts';
import type { ReportInput } from '../../domain/contracts/report.ts';
import type { RunProgress, RunResult } from '../../domain/contracts/run.ts';
import type { GrpoInput, SftInput } from '../../domain/contracts/training.ts';
import { userMistake } from '../../domain/failures.ts';
import {
  type Call,
  createGate,
  evaluation,
  prepareWithConcepts,
  reference,
  stretch,
} from '../support/fake-activities.ts';
import { recipeWithConcepts, smallRecipe } from '../support/recipes.ts';
import { progressOf, resultOf, useRuns } from '../support/runs.ts';

const runs = useRuns();
const { fakes } = runs;

/** Each model with its pictures, then on grey ones. */
const withControls = (...labels: string[]): string[] => labels.flatMap((label) => [label, `${label}-no-image`]);

describe('a complete run', () => {
  const labels = withControls('base', 'sft', 'grpo-20', 'grpo-40', 'rl-only-10', 'rl-only-40');
  let run: WorkflowHandle;
  let result: RunResult;
  let calls: Call[];
  beforeAll(async () => {
    run = await runs.start();
    result = await resultOf(run);
    calls = fakes.calls;
  });
  const names = (...starts: string[]): string[] =>
    calls.map(({ name }) => name).filter((name) => starts.some((start) => name.startsWith(start)));

  it('does the parts of the method in order, RL without SFT after the main training', () =>
    expect(names('identify', 'prepare', 'synthesise', 'train', 'exportAdapter', 'writeReport')).toEqual([
      'identifyModel',
      'prepareData',
      'synthesiseTrajectories',
      'trainSft 1',
      'trainSft 2',
      'trainGrpo 20',
      'trainGrpo 40',
      'trainGrpo 10 without SFT',
      'trainGrpo 40 without SFT',
      'exportAdapter',
      'writeReport',
    ]));

  it.each(['exportForInference', 'evaluateModel'])('asks %s once for every model', (activity) =>
    expect(names(activity).toSorted()).toEqual(labels.map((label) => `${activity} ${label}`).toSorted()),
  );

  it('asks each model without pictures after it was asked with them, in the same way except for the picture', () => {
    const inputOf = (label: string): object => {
      const found = calls.find(({ name }) => name === `evaluateModel ${label}`);
      return { ...(found?.input as EvaluationInput), onnx: null }; // by its name; each label has a fake export
    };
    const asked = names('evaluateModel');
    for (const label of labels.filter((own) => !own.endsWith('-no-image'))) {
      const grey = `${label}-no-image`;
      expect(asked.indexOf(`evaluateModel ${grey}`)).toBeGreaterThan(asked.indexOf(`evaluateModel ${label}`));
      expect(inputOf(grey)).toEqual({ ...inputOf(label), label: grey, image: 'grey' });
    }
  });

  it('builds every stretch from the SFT policy, and the ablation from none', () => {
    const policy = stretch('sft', 4).checkpoint;
    const inputs = calls.filter(({ name }) => name.startsWith('trainGrpo')).map(({ input }) => input as GrpoInput); // by its name
    expect(inputs.map(({ sft, stopAt }) => [stopAt, sft])).toEqual([
      [20, policy],
      [40, policy],
      [10, null],
      [40, null],
    ]);
  });

  it('fits probes on the very questions that its models are asked, and reports them', () => {
    const asked = calls.flatMap(({ name, input }) => (name === 'scoreProbes' ? [input as ProbesInput] : [])); // by its name
    expect(asked.map(({ benchmark, limit }) => [benchmark, limit])).toEqual([
      ['id-diagnosis', null],
      ['lesion-condition', null],
    ]);
    expect(new Set(asked.map(({ profile }) => profile.name))).toEqual(new Set(['compact']));
    const input = calls.at(-1)?.input as ReportInput; // the last call is writeReport
    expect(asked.map(({ data }) => data)).toEqual(
      [input.data, input.data].map(({ questions, dataset }) => ({ questions, dataset })),
    );
    expect(input.probes?.rows.map(({ label, benchmark }) => `${label}: ${benchmark}`)).toEqual([
      'Linear probe, tiny: id-diagnosis',
      'Linear probe, tiny: lesion-condition',
    ]);
  });

  it('reports all metrics, the evaluations in the order of their start, and the last milestone as adapter', () => {
    const input = calls.at(-1)?.input as ReportInput; // the last call is writeReport
    expect(input).toMatchObject({
      run: run.workflowId,
      adapter: reference('adapter', 'grpo/step-40'),
      logs: [
        ...[2, 4].map((step) => ({ stage: 'sft', metrics: stretch('sft', step).metrics })),
        ...[20, 40].map((step) => ({ stage: 'grpo', metrics: stretch('grpo', step).metrics })),
        ...[10, 40].map((step) => ({ stage: 'rl-only', metrics: stretch('rl-only', step).metrics })),
      ],
    });
    expect(input.evaluations.map(({ label }) => label)).toEqual(labels);
    expect(result).toEqual({
      report: reference('report', 'all'),
      adapter: input.adapter,
      evaluations: input.evaluations,
    });
  });
});

describe('the course of a run', () => {
  it.each([
    [
      'neither RL alone nor a grey image',
      smallRecipe({ grpo: { rlOnlyMilestones: [] }, evaluation: { noImageControl: false } }),
      ['trainSft 1', 'trainSft 2', 'trainGrpo 20', 'trainGrpo 40'],
      ['base', 'sft', 'grpo-20', 'grpo-40'],
      'grpo/step-40',
    ],
    [
      'SFT alone',
      smallRecipe({ grpo: { milestones: [], rlOnlyMilestones: [] } }),
      ['trainSft 1', 'trainSft 2'],
      withControls('base', 'sft'),
      'sft/step-4',
    ],
    [
      'RL alone',
      smallRecipe({ sft: { epochs: 0 }, grpo: { milestones: [] } }),
      ['trainGrpo 10 without SFT', 'trainGrpo 40 without SFT'],
      withControls('base', 'rl-only-10', 'rl-only-40'),
      'rl-only/step-40',
    ],
  ])("is the recipe's: %s", async (_, recipe, trained, labels, final) => {
    const { evaluations, adapter } = await resultOf(await runs.start({}, { recipe }));
    expect(fakes.names('train')).toEqual(trained);
    expect(evaluations.map(({ label }) => label)).toEqual(labels);
    expect(adapter).toEqual(reference('adapter', final));
  });

  it.each([
    ['sft-only', { grpo: { milestones: [], rlOnlyMilestones: [] } }, ['grpo']],
    ['rl-only', { sft: { epochs: 0 }, grpo: { milestones: [] } }, ['sft']],
    ['without the ablation', { grpo: { rlOnlyMilestones: [] } }, []],
  ])('says of a part that it was left out, not only that it is done: %s', async (_, settings, expected) => {
    const run = await runs.start({}, { recipe: smallRecipe(settings) });
    await resultOf(run);
    const { stages } = await progressOf(run);
    const leftOut = stages.filter(({ detail }) => detail === 'left out by the recipe');
    expect(leftOut.map(({ stage }) => stage)).toEqual(expected);
    expect(stages.every(({ state }) => state === 'done')).toBe(true);
  });

  it('has no probes where the recipe asks for none, and fails with probes that fail', async () => {
    const { probes: _, ...evaluation } = smallRecipe().evaluation;
    await resultOf(await runs.start({}, { recipe: { ...smallRecipe(), evaluation } }));
    expect(fakes.names('scoreProbes')).toEqual([]);
    expect(fakes.calls.at(-1)?.input).not.toHaveProperty('probes');
    const scoreProbes = () => Promise.reject(userMistake('the encoder is damaged'));
    await expect(resultOf(await runs.start({ scoreProbes }))).rejects.toThrow();
    expect(fakes.names('writeReport')).toEqual([]);
  });

  it('aligns concepts before the trajectories, whose SFT continues that adapter', async () => {
    const run = await runs.start({ prepareData: prepareWithConcepts }, { recipe: recipeWithConcepts() });
    await resultOf(run);
    expect(fakes.names('synthesise', 'explain', 'trainSft')).toEqual([
      'synthesiseTrajectories',
      'explainConcepts',
      'trainSft 1 of concepts',
      'trainSft 1',
      'trainSft 2',
    ]);
    const inputs = fakes.calls.filter(({ name }) => name.startsWith('trainSft')).map(({ input }) => input as SftInput); // by its name
    const aligned = stretch('concepts', 1);
    expect(inputs.map(({ adapter }) => adapter)).toEqual([undefined, aligned.checkpoint, aligned.checkpoint]);
    expect(inputs.map(({ stage, epoch }) => [stage, epoch])).toEqual([
      ['concepts', 1],
      ['sft', 1],
      ['sft', 2],
    ]);
    // What the recipe says is what every stage is told.
    expect(inputs.map(({ recipe }) => recipe.sft)).toEqual(Array(3).fill(recipeWithConcepts().sft));
    const report = fakes.calls.at(-1)?.input as ReportInput; // the last call is writeReport
    expect(report.logs[0]).toEqual({ stage: 'concepts', metrics: aligned.metrics });
  });

  it('evaluates a milestone beside the next stretch: each of the two waits here for the other', async () => {
    const [evaluating, training] = [createGate(), createGate()];
    const run = await runs.start({
      evaluateModel: async ({ label, checkpoint }) => {
        if (label === 'grpo-20') {
          evaluating.open();
          await training.opened;
        }
        return evaluation(label, checkpoint?.step ?? null);
      },
      trainGrpo: async ({ sft, stopAt }) => {
        if (sft && stopAt === 40) {
          training.open();
          await evaluating.opened;
        }
        return stretch(sft ? 'grpo' : 'rl-only', stopAt);
      },
    });
    expect((await resultOf(run)).evaluations).toHaveLength(12);
  });

  it('shares nothing with a run beside it in the same worker', async () => {
    const both = [await runs.start(), await runs.start()];
    await Promise.all(both.map(resultOf));
    const [first, second] = await Promise.all(both.map(activityIds));
    expect(first).toContain('trainSft-1');
    expect(first).toContain('trainGrpo-4');
    expect(second).toEqual(first);
  });
});

async function activityIds(run: WorkflowHandle): Promise<string[]> {
  const { events } = await run.fetchHistory();
  return (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes?.activityId ?? []);
}

describe('progress', () => {
  /** What the run says of itself, and its stage in Temporal's lists, at the moment of each call. */
  async function watch(): Promise<Map<string, { progress: RunProgress; stage: unknown }>> {
    const seen = new Map<string, { progress: RunProgress; stage: unknown }>();
    const handle = (): WorkflowHandle => runs.environment.client.workflow.getHandle('watched');
    const look = async (): Promise<void> => {
      const { name } = fakes.calls.at(-1) ?? { name: '' };
      const { searchAttributes } = await handle().describe();
      seen.set(name, { progress: await progressOf(handle()), stage: searchAttributes.DermflowStage?.[0] });
    };
    const run = await runs.start(
      {
        prepareData: async () => {
          await look();
          return {
            dataset: reference('dataset', 'split'),
            textbook: reference('dataset', 'textbook'),
            questions: reference('questions', 'all'),
            counts: { train: 60, validation: 20, test: 20, textbook: 16, quarantined: 0 },
          };
        },
        trainSft: async ({ epoch }) => {
          await look();
          return stretch('sft', 2 * epoch);
        },
        trainGrpo: async ({ sft, stopAt }) => {
          await look();
          return stretch(sft ? 'grpo' : 'rl-only', stopAt);
        },
        writeReport: async () => {
          await look();
          return reference('report', 'all');
        },
      },
      { recipe: smallRecipe() },
      'watched',
    );
    await resultOf(run);
    seen.set('end', {
      progress: await progressOf(run),
      stage: (await run.describe()).searchAttributes.DermflowStage?.[0],
    });
    return seen;
  }

  it('tells stage, detail and newest checkpoint, and keeps the stage as a search attribute', async () => {
    const seen = await watch();
    const brief = [...seen].map(([call, { progress, stage }]) => {
      const own = progress.stages.find((entry) => entry.stage === stage);
      return [
        call,
        stage,
        own?.state,
        own?.detail,
        progress.checkpoint && `${progress.checkpoint.stage}@${progress.checkpoint.step}`,
      ];
    });
    expect(brief).toEqual([
      ['prepareData', 'data', 'running', '', null],
      ['trainSft 1', 'sft', 'running', 'epoch 1 of 2', null],
      ['trainSft 2', 'sft', 'running', 'epoch 2 of 2', 'sft@2'],
      ['trainGrpo 20', 'grpo', 'running', 'to step 20 of 50', 'sft@4'],
      ['trainGrpo 40', 'grpo', 'running', 'to step 40 of 50', 'grpo@20'],
      ['trainGrpo 10 without SFT', 'grpo', 'running', 'without SFT, to step 10 of 50', 'grpo@40'],
      ['trainGrpo 40 without SFT', 'grpo', 'running', 'without SFT, to step 40 of 50', 'rl-only@10'],
      ['writeReport', 'report', 'running', '', 'rl-only@40'],
      ['end', 'report', 'done', '', 'rl-only@40'],
    ]);
    const end = seen.get('end')?.progress;
    expect(end?.stages.map(({ state }) => state)).toEqual(Array(6).fill('done'));
    expect(end?.stages.find(({ stage }) => stage === 'evaluation')?.detail).toBe('12 of 12');
    expect(end).toMatchObject({ recipe: 'demo', failure: null, report: reference('report', 'all') });
  });
});
