/** A finished run in a store: every artifact made by the code that makes it in production, except the training itself. */
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import pino from 'pino';
import { createDatasetActivities } from '../../activities/datasets/activities.ts';
import { toJsonLines } from '../../activities/json-lines.ts';
import { loadKnowledge } from '../../activities/knowledge.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { withScratchFolder } from '../../activities/scratch.ts';
import { commitFiles } from '../../activities/store/commit.ts';
import { readJsonLines } from '../../activities/store/rows.ts';
import { identifyModel } from '../../activities/trainer/base-model.ts';
import { exportAdapter } from '../../activities/training/export-adapter.ts';
import { grpoStretch } from '../../activities/training/jobs/grpo.ts';
import { sftStretch } from '../../activities/training/jobs/sft.ts';
import { runStretch } from '../../activities/training/stretch.ts';
import type { Stretch } from '../../activities/training/stretch-context.ts';
import { synthesise } from '../../activities/trajectories/synthesise.ts';
import { workKey } from '../../domain/artifact.ts';
import type { DataResult } from '../../domain/contracts/data.ts';
import type { EvaluationResult } from '../../domain/contracts/evaluation.ts';
import type { CheckpointRef } from '../../domain/contracts/references.ts';
import type { ReportInput } from '../../domain/contracts/report.ts';
import type { StretchResult } from '../../domain/contracts/training.ts';
import type { TrajectoriesResult } from '../../domain/contracts/trajectories.ts';
import { scoresOf, summariseItems } from '../../domain/evaluation/summary.ts';
import { type Question, questionSchema } from '../../domain/questions/question.ts';
import type { SkinR1Recipe } from '../../domain/recipe/methods/skin-r1.ts';
import type { MetricsLine, SampleLine } from '../../domain/report/training-log.ts';
import { askingNobody } from './llm.ts';
import { demoRecipe } from './recipes.ts';
import {
  demoModels,
  type SimulatedModel,
  simulateAnswers,
  simulateCompletions,
  simulateGrpoLog,
  simulateSftLog,
} from './simulated-run.ts';

export const silent = pino({ level: 'silent' });

/** The demo with fewer images; trajectories of type 1, which need no LLM. */
export function smallDemo(): SkinR1Recipe {
  const recipe = demoRecipe();
  return {
    ...recipe,
    data: { ...recipe.data, generate: { images: 400, textbook: 40, atypical: 0.25, atypicalTextbook: 0.1 } },
    trajectories: { ...recipe.trajectories, types: [1] },
  };
}

/** @param recipe of generated data; its training is simulated */
export const finishRun = (store: ArtifactStore, recipe: SkinR1Recipe = smallDemo()): Promise<ReportInput> =>
  withScratchFolder(tmpdir(), 'finished-run', (scratch) => run(store, recipe, scratch));

async function run(store: ArtifactStore, recipe: SkinR1Recipe, scratch: string): Promise<ReportInput> {
  const model = await identifyModel(recipe.model.base, { python: 'python', run: null });

  const { prepareData } = createDatasetActivities({
    store,
    environment: { scratch, plugins: scratch },
    logger: silent,
  });
  const data: DataResult = await new MockActivityEnvironment().run(() => prepareData({ recipe }));
  const trajectories = await composeTrajectories(store, recipe, data.textbook);
  const train = await readJsonLines(store, data.questions, 'train.jsonl', questionSchema);

  const simulate = (stretch: Stretch, log: MetricsLine[], samples: SampleLine[]): Promise<StretchResult> =>
    simulateStretch(store, join(scratch, `${stretch.stageKey}-${stretch.stopAt}`), stretch, log, samples);
  const rows = trajectories.counts.train;
  const epochs = Array.from({ length: recipe.sft.epochs }, (_, i) => i + 1);
  const sft: StretchResult[] = [];
  for (const epoch of epochs) {
    const stretch = sftStretch(
      { recipe, model, trajectories: trajectories.trajectories, rows, epoch },
      { attention: 'sdpa' },
    );
    sft.push(await simulate(stretch, simulateSftLog(stretch.startAt, stretch.stopAt, stretch.maxSteps), []));
  }
  const policy = last(sft).checkpoint;
  const runGrpo = (from: CheckpointRef | null, stopAt: number): Promise<StretchResult> => {
    const stretch = grpoStretch({ recipe, model, questions: data.questions, sft: from, stopAt }, null, {
      attention: 'sdpa',
    });
    const curve = { total: recipe.grpo.steps, start: from ? 1.6 : 1.2, end: from ? 1.85 : 1.25 };
    const samples = simulateCompletions(train, stretch.startAt, stopAt, recipe.rewards);
    return simulate(stretch, simulateGrpoLog(stretch.startAt, stopAt, curve), samples);
  };
  const grpo: StretchResult[] = [];
  for (const stopAt of recipe.grpo.milestones) grpo.push(await runGrpo(policy, stopAt));
  const rlOnly: StretchResult[] = [];
  for (const stopAt of recipe.grpo.rlOnlyMilestones) rlOnly.push(await runGrpo(null, stopAt));

  const named = (name: string, stretches: StretchResult[]) =>
    stretches.map(({ checkpoint }) => [`${name}-${checkpoint.step}`, checkpoint] as const);
  const checkpoints: Record<string, CheckpointRef> = {
    sft: policy,
    ...Object.fromEntries([...named('grpo', grpo), ...named('rl-only', rlOnly)]),
  };
  const test = await readJsonLines(store, data.questions, 'test.jsonl', questionSchema);
  const evaluations: EvaluationResult[] = [];
  for (const simulated of demoModels) {
    const checkpoint = checkpoints[simulated.label.replace('-no-image', '')];
    const inputs = {
      model: model.sha256,
      questions: data.questions.sha256,
      ...(checkpoint ? { checkpoint: checkpoint.sha256 } : {}),
    };
    evaluations.push(await commitEvaluation(store, { ...simulated, step: checkpoint?.step ?? null }, inputs, test));
  }
  return {
    run: 'demo-5f2a9c0d1e3b',
    ...{ recipe, model, data, trajectories, evaluations },
    logs: [
      ...sft.map(({ metrics }) => ({ stage: 'sft' as const, metrics })),
      ...grpo.map(({ metrics }) => ({ stage: 'grpo' as const, metrics })),
      ...rlOnly.map(({ metrics }) => ({ stage: 'rl-only' as const, metrics })),
    ],
    adapter: await exportAdapter(store, { recipe, model, checkpoint: last(grpo).checkpoint }),
  };
}

async function composeTrajectories(
  store: ArtifactStore,
  recipe: SkinR1Recipe,
  textbook: ReportInput['data']['textbook'],
): Promise<TrajectoriesResult> {
  const knowledge = await loadKnowledge();
  const { trajectories } = await synthesise({ ...askingNobody(store), recipe, textbook, knowledge });
  const rows = (await store.manifest(trajectories)).facts;
  return { trajectories, counts: rows as TrajectoriesResult['counts'] }; // what `synthesise` states
}

/** A stretch whose trainer writes the given lines and a small checkpoint at its end. */
function simulateStretch(
  store: ArtifactStore,
  folder: string,
  stretch: Stretch,
  log: MetricsLine[],
  samples: SampleLine[],
): Promise<StretchResult> {
  const { maxSteps, stopAt } = stretch;
  return runStretch(stretch, {
    ...{ store, folder, scratch: folder, logger: silent },
    signal: new AbortController().signal,
    giveUp: new AbortController().signal,
    heartbeat: () => {},
    // The simulated trainer below reads no job.
    prepare: async () => ({ threads: 1 }) as never,
    train: async (_job, onEvent) => {
      const path = join(folder, 'output', `checkpoint-${stopAt}`);
      await mkdir(path, { recursive: true });
      await writeFile(join(folder, 'output', 'samples.jsonl'), toJsonLines(samples));
      const config = { peft_type: 'LORA', base_model_name_or_path: '/srv/models/base', r: 64, lora_alpha: 32 };
      await writeFile(join(path, 'adapter_config.json'), JSON.stringify(config));
      await writeFile(join(path, 'adapter_model.safetensors'), `weights of step ${stopAt} of ${stretch.stageKey}`);
      await writeFile(join(path, 'optimizer.pt'), 'state'.repeat(1000));
      const software = { torch: '2.15.0', transformers: '5.23.0', trl: '1.16.0', peft: '0.21.0' };
      const machine = { device: 'cpu', worldSize: 1, trainableParameters: 1, numerics: {} };
      onEvent({ event: 'started', step: stretch.startAt, maxSteps, ...machine, software });
      for (const line of log) onEvent({ event: 'metrics', ...line });
      onEvent({ event: 'checkpoint', step: stopAt, path, exact: true });
      return { state: 'finished', outputs: {} };
    },
  });
}

async function commitEvaluation(
  store: ArtifactStore,
  model: SimulatedModel,
  inputs: Record<string, string>,
  questions: readonly Question[],
): Promise<EvaluationResult> {
  const items = simulateAnswers(questions, model);
  const tasks = summariseItems(items);
  const { label, step, image } = model;
  const work = { method: 'evaluate/1', inputs, params: { image } };
  const evaluation = await commitFiles(
    store,
    { kind: 'evaluation', key: workKey(work), ...work, facts: { step, image } },
    {
      'items.jsonl': { data: toJsonLines(items) },
      'summary.json': { data: JSON.stringify({ step, image, tasks }) },
    },
  );
  return { label, step, evaluation, scores: scoresOf(tasks) };
}

function last(stretches: readonly StretchResult[]): StretchResult {
  const stretch = stretches.at(-1);
  if (!stretch) throw new RangeError('a stage without stretches');
  return stretch;
}
