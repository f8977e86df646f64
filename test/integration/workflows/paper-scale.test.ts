/**
 * The paper's plan through the real workflow, the real training activities and the real server. Only the trainer is a
 * stand-in, whose steps take no time. `DERMFLOW_SIMULATED_MB=400` gives its checkpoints their true size and RL without
 * SFT all its milestones.
 */

import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toJsonLines } from '../../../activities/json-lines.ts';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { commitFiles } from '../../../activities/store/commit.ts';
import { createTrainingActivities } from '../../../activities/training/activities.ts';
import { checkpointSteps } from '../../../activities/training/checkpoints.ts';
import type { ArtifactRef } from '../../../domain/artifact.ts';
import type { EvaluationInput } from '../../../domain/contracts/evaluation.ts';
import type { Activities, RunResult } from '../../../domain/contracts/run.ts';
import { checkpointKey, storeKeys } from '../../../domain/names.ts';
import type { TrajectoryRow } from '../../../domain/trajectories/row.ts';
import { readEnvironment } from '../../../platform/env.ts';
import { melanomaQuestion, testImage } from '../../support/cases.ts';
import { createDiskStore, removeObject } from '../../support/disk-store.ts';
import { reference } from '../../support/fake-activities.ts';
import { paperRecipe } from '../../support/recipes.ts';
import { resultOf, useRuns } from '../../support/runs.ts';
import { startDevServer } from '../../support/temporal.ts';

const megabytes = Number(process.env.DERMFLOW_SIMULATED_MB ?? 2);
/** True sizes mean that some 40 GB are hashed. */
const limitMs = megabytes < 400 ? 600_000 : 3_600_000;
const trainingQuestions = 26_507;
const trajectoryCount = 3_000;
const sftSteps = 4 * Math.ceil(trajectoryCount / 16);
const paper = paperRecipe();
const rlOnlyMilestones = megabytes < 400 ? [400, 800] : paper.grpo.rlOnlyMilestones;
const recipe = { ...paper, model: { ...paper.model, base: 'tiny' }, grpo: { ...paper.grpo, rlOnlyMilestones } };

const runs = useRuns(startDevServer);
let folder: string;
let store: ArtifactStore;
let instead: Partial<Activities>;
/** From which step to which a trainer was started. */
const trained: string[] = [];
let run: WorkflowHandle;
let result: RunResult;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dermflow-paper-'));
  store = createDiskStore(join(folder, 'store'));
  const trainerPython = join(folder, 'python');
  const standIn = fileURLToPath(new URL('../../support/stand-in-trainer.ts', import.meta.url));
  const size = Math.round(megabytes * 1e6);
  await writeFile(trainerPython, `#!/bin/sh\nSTAND_IN_BYTES=${size} exec "${process.execPath}" "${standIn}" "$@"\n`);
  await chmod(trainerPython, 0o755);
  const log = {
    write(line: string) {
      const { msg, stage, from, stopAt } = JSON.parse(line);
      if (msg === 'training') trained.push(`${stage} ${from} to ${stopAt}`);
    },
  };
  const [questions, trajectories] = await Promise.all([storeQuestions(store), storeTrajectories(store)]);
  instead = {
    ...createTrainingActivities({
      store,
      environment: { ...readEnvironment({}), scratch: join(folder, 'scratch'), trainerPython },
      logger: pino({ level: 'info' }, log),
    }),
    prepareData: async () => ({
      dataset: reference('dataset', 'split'),
      textbook: reference('dataset', 'textbook'),
      questions,
      counts: { train: trainingQuestions, validation: 0, test: 8_390, textbook: 1_000, quarantined: 0 },
    }),
    synthesiseTrajectories: async () => ({
      trajectories,
      counts: { train: trajectoryCount, validation: 1, llmCalls: 2_000, rejected: 0 },
    }),
  };
  run = await runs.start(instead, { recipe }, `paper-${randomUUID()}`);
  result = await resultOf(run);
}, limitMs);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function storeQuestions(into: ArtifactStore): Promise<ArtifactRef> {
  const image = { ...testImage, ...(await into.putBlob('pixels')) };
  const rows = Array.from({ length: trainingQuestions }, (_, i) =>
    melanomaQuestion({ id: `case-${i}/diagnosis`, image }),
  );
  const description = {
    kind: 'questions',
    key: 'paper',
    method: 'questions/1',
    inputs: {},
    params: {},
    facts: {},
  } as const;
  return commitFiles(into, description, { 'train.jsonl': { data: toJsonLines(rows) } });
}

async function storeTrajectories(into: ArtifactStore): Promise<ArtifactRef> {
  const image = { ...testImage, ...(await into.putBlob('pixels')) };
  const row = (i: number): TrajectoryRow => ({
    ...{ id: `trajectory-${i}`, type: 1, image, prompt: 'Which diagnosis?' },
    ...{ completion: 'melanoma', diagnosis: 'melanoma' },
  });
  const description = {
    kind: 'trajectories',
    key: 'paper',
    method: 'rows/1',
    inputs: {},
    params: {},
    facts: {},
  } as const;
  return commitFiles(into, description, {
    'train.jsonl': { data: toJsonLines(Array.from({ length: trajectoryCount }, (_, i) => row(i))) },
    'validation.jsonl': { data: toJsonLines([row(trajectoryCount)]) },
  });
}

const stretches = (stage: string, ends: readonly number[]): string[] =>
  ends.map((end, i) => `${stage} ${ends[i - 1] ?? 0} to ${end}`);

it('trains each stretch once, from the checkpoint where the one before it ended', () => {
  expect(recipe.grpo.steps).toBe(Math.ceil(trainingQuestions / recipe.grpo.promptsPerStep));
  expect(trained).toEqual([
    ...stretches(
      'sft',
      [1, 2, 3, 4].map((epoch) => (epoch * sftSteps) / 4),
    ),
    ...stretches('grpo', [500, 1000, 1500]),
    ...stretches('rl-only', rlOnlyMilestones),
  ]);
});

it('leaves fewer than 2,000 events in the history', async () => {
  expect((await run.describe()).historyLength).toBeLessThan(2_000);
});

it('evaluates RL without SFT at every milestone, step 800 among them', () => {
  const labels = result.evaluations.map(({ label }) => label).filter((label) => /^rl-only-\d+$/.test(label));
  expect(labels).toEqual(rlOnlyMilestones.map((step) => `rl-only-${step}`));
  expect(labels).toContain('rl-only-800');
});

it('keeps the milestones and the last resume checkpoints of 30 saved steps, with files of the true size', async () => {
  const steps = await checkpointSteps(store, mainStage(), 1500);
  expect(steps).toEqual([1500, 1450, 1400, 1000, 500]);
  const newest = await store.find('checkpoint', checkpointKey(mainStage(), 1500));
  const files = Object.values(newest ? (await store.manifest(newest)).files : {});
  expect(files.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(megabytes * 1e6);
});

/** Key of the stage of GRPO after SFT, out of the name of its last checkpoint. */
function mainStage(): string {
  const call = runs.fakes.calls.find(({ name }) => name === 'evaluateModel grpo-1500');
  const input = call?.input as EvaluationInput | undefined; // by its name
  return input?.checkpoint?.key.split('/')[0] ?? '';
}

it(
  'reset to after step 1,000, trains again only what follows',
  async () => {
    const stageKey = mainStage();
    const later = (await checkpointSteps(store, stageKey, 1500)).filter((step) => step > 1000);
    for (const step of later) {
      await removeObject(join(folder, 'store'), storeKeys.manifest('checkpoint', checkpointKey(stageKey, step)));
    }
    trained.length = 0;
    runs.fakes.begin(instead);
    const { client, namespace = 'default' } = runs.environment;
    const { runId } = await client.workflowService.resetWorkflowExecution({
      namespace,
      workflowExecution: { workflowId: run.workflowId, runId: (await run.describe()).runId },
      reason: 'step 1,500 is wanted again',
      requestId: randomUUID(),
      workflowTaskFinishEventId: await workflowTaskAfter('trainGrpo-2'),
    });
    const again = await resultOf(client.workflow.getHandle(run.workflowId, runId));

    expect(trained).toEqual(['grpo 1000 to 1500']);
    expect(
      runs.fakes.names('identify', 'prepare', 'synthesise', 'train', 'export', 'write').filter(isMainLine),
    ).toEqual([
      'trainGrpo 1500',
      ...rlOnlyMilestones.map((step) => `trainGrpo ${step} without SFT`),
      'exportAdapter',
      'writeReport',
    ]);
    expect(runs.fakes.names('evaluateModel').filter((name) => /base|sft|grpo-500/.test(name))).toEqual([]);
    expect(again.adapter).toEqual(result.adapter);
  },
  limitMs,
);

const isMainLine = (name: string): boolean => !name.startsWith('exportForInference');

/** The event that ends the workflow task in which the workflow heard of the activity's result. */
async function workflowTaskAfter(activityId: string) {
  const events = (await run.fetchHistory()).events ?? [];
  const scheduled = events.find((event) => event.activityTaskScheduledEventAttributes?.activityId === activityId);
  const completed = events.findIndex((event) =>
    event.activityTaskCompletedEventAttributes?.scheduledEventId?.eq(scheduled?.eventId ?? -1),
  );
  const task = events.find((event, i) => i > completed && event.workflowTaskCompletedEventAttributes);
  return task?.eventId ?? null;
}
