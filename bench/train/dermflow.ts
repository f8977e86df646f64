/** The demo's training as a run: data, trajectories, SFT and GRPO, without evaluations, which have no worker here. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { checkpointSteps } from '../../activities/training/checkpoints.ts';
import { type RunHandle, startRun } from '../../cli/runs.ts';
import type { Session } from '../../cli/session.ts';
import type { DataResult } from '../../domain/contracts/data.ts';
import type { ModelRef } from '../../domain/contracts/references.ts';
import type { StretchResult } from '../../domain/contracts/training.ts';
import type { TrajectoriesResult } from '../../domain/contracts/trajectories.ts';
import { checkpointKey, taskQueues } from '../../domain/names.ts';
import type { SkinR1Recipe } from '../../domain/recipe/methods/skin-r1.ts';
import { decodeFailure, decodePayload } from '../../platform/data-converter.ts';
import { createLogger } from '../../platform/logger.ts';
import { connectWorker } from '../../platform/temporal.ts';
import { cpuQueues } from '../../workers/roles/cpu.ts';

export interface Trained {
  /** From the schedule of the first stretch to the end of the last. */
  seconds: number;
  model: ModelRef;
  data: DataResult;
  trajectories: TrajectoriesResult;
  /** Digest of the final adapter. */
  adapter: string | undefined;
}

export interface Activity {
  type: string;
  scheduledAt: number;
  endedAt: number;
  result: unknown;
}

/** Trains by the recipe and forgets the checkpoints, so that the next call trains again. */
export async function trainByDermflow({ client, store }: Session, recipe: SkinR1Recipe): Promise<Trained> {
  const artifacts = await store();
  const run = `${recipe.name}-${Date.now()}`;
  const handle = await startRun(client, { input: { recipe }, run, reuse: 'ALLOW_DUPLICATE' });
  const wanted = recipe.sft.epochs + recipe.grpo.milestones.length;
  for (;;) {
    const activities = await endedActivities(client, handle);
    const stretches = activities.filter(({ type }) => type.startsWith('train'));
    if (stretches.length < wanted) {
      await sleep(2_000);
      continue;
    }
    await handle.terminate('all that is measured has ended');
    const result = <T>(type: string): T => activities.find((activity) => activity.type === type)?.result as T; // by contract
    const results = stretches.map((stretch) => stretch.result as StretchResult); // by contract
    const last = results.at(-1);
    const files = last ? (await artifacts.manifest(last.checkpoint)).files : {};
    await forget(artifacts, results);
    return {
      seconds: ((stretches.at(-1)?.endedAt ?? 0) - (stretches[0]?.scheduledAt ?? 0)) / 1000,
      model: result('identifyModel'),
      data: result('prepareData'),
      trajectories: result('synthesiseTrajectories'),
      adapter: files['adapter_model.safetensors']?.sha256,
    };
  }
}

/** Activities of a run that have ended well, with their results. Throws where the run has failed. */
export async function endedActivities(client: Client, handle: RunHandle): Promise<Activity[]> {
  const { events } = await handle.fetchHistory();
  const scheduled = new Map<string, { type: string; scheduledAt: number }>();
  const ended: Activity[] = [];
  for (const event of events ?? []) {
    const at = Number(event.eventTime?.seconds ?? 0) * 1000 + (event.eventTime?.nanos ?? 0) / 1e6;
    const type = event.activityTaskScheduledEventAttributes?.activityType?.name;
    if (type) scheduled.set(String(event.eventId), { type, scheduledAt: at });
    const failure = await decodeFailure(client, event.workflowExecutionFailedEventAttributes?.failure);
    if (failure) throw new Error(failure);
    const completed = event.activityTaskCompletedEventAttributes;
    const of = scheduled.get(String(completed?.scheduledEventId));
    const [payload] = completed?.result?.payloads ?? [];
    if (of && payload) ended.push({ ...of, endedAt: at, result: await decodePayload(client, payload) });
  }
  return ended;
}

async function forget(store: ArtifactStore, stretches: readonly StretchResult[]): Promise<void> {
  for (const { checkpoint, metrics } of stretches) {
    const [stageKey = ''] = checkpoint.key.split('/');
    await store.remove(metrics);
    for (const step of await checkpointSteps(store, stageKey, Number.MAX_SAFE_INTEGER)) {
      const ref = await store.find('checkpoint', checkpointKey(stageKey, step));
      if (ref) await store.remove(ref);
    }
  }
}

/** Data and reports, without the evaluation queue that a cpu worker serves besides. */
export async function startCpuWorker(session: Session): Promise<() => Promise<void>> {
  const { connection, namespace, dataConverter } = await connectWorker(session.environment);
  const { environment } = session;
  const shutdown = new AbortController().signal;
  const dependencies = { store: await session.store(), environment, logger: createLogger('bench', 'error'), shutdown };
  const queue = cpuQueues(dependencies).find(({ taskQueue }) => taskQueue === taskQueues.cpu);
  if (!queue) throw new RangeError('no queue for data');
  const worker = await Worker.create({ connection, namespace, dataConverter, ...queue });
  const running = worker.run();
  return async () => {
    worker.shutdown();
    await running;
    await connection.close();
  };
}
