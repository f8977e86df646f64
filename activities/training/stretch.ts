/**
 * One stretch of training: from the newest valid checkpoint of its stage to `stopAt`. The same call for a first run, a
 * retry and a resume; a stretch that is complete in the store is not run again.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { type ArtifactRef, workKey } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { CheckpointRef } from '../../domain/contracts/references.ts';
import type { StretchResult, TrainingState } from '../../domain/contracts/training.ts';
import { corrupt } from '../../domain/failures.ts';
import { checkpointKey } from '../../domain/names.ts';
import { metricsLineSchema } from '../../domain/report/training-log.ts';
import { stages } from '../../domain/stages/index.ts';
import { toJsonLines } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { commitFiles } from '../store/commit.ts';
import { trainOnce } from './attempt.ts';
import { checkpointFactsSchema } from './checkpoint-facts.ts';
import {
  checkpointSteps,
  commitCheckpoint,
  hasAllFiles,
  newestStep,
  type RestoredCheckpoint,
  restoreNewestValid,
} from './checkpoints.ts';
import { pruneKept, sweepAndKeep, takeKept } from './kept.ts';
import { readLog, type TrainingLog } from './log.ts';
import { retireCheckpoints } from './retention.ts';
import { unseal } from './seal.ts';
import type { Stretch, StretchContext } from './stretch-context.ts';
import { isWaitedFor } from './uploader.ts';

const heartbeatEveryMs = 2_000;

/** Beats from the first download to the last upload, which take minutes for large models. */
export async function runStretch(stretch: Stretch, context: StretchContext): Promise<StretchResult> {
  const { maxSteps, stopAt } = stretch;
  const nothing = { step: 0, checkpoint: null, values: {}, secondsPerStep: null, waitsFor: null };
  const state: TrainingState = { phase: 'preparing', maxSteps, stopAt, ...nothing };
  context.heartbeat(state);
  const timer = setInterval(() => context.heartbeat(state), heartbeatEveryMs);
  try {
    return await findOrTrain(stretch, context, state);
  } finally {
    clearInterval(timer);
  }
}

async function findOrTrain(stretch: Stretch, context: StretchContext, state: TrainingState): Promise<StretchResult> {
  const { store, logger } = context;
  const { stage, stageKey, stopAt, validates } = stretch;
  const complete = await findComplete(stretch, store);
  if (complete) return complete;
  const restored = await restoreNewest(stretch, context, state);
  // An attempt may have ended between its last checkpoint and the validation of an epoch, which is then done now.
  if (restored?.ref?.step === stopAt && !validates) {
    return conclude(stretch, store, restored.ref, await readLog(restored.folder));
  }
  logger.info({ stage, from: restored?.step ?? 0, stopAt }, 'training');
  const { checkpoint, log } = await trainOnce(stretch, context, restored, state);
  const result = await conclude(stretch, store, checkpoint, log);
  await retireCheckpoints(store, stageKey, logger).catch((error: unknown) => {
    logger.warn({ stageKey, reason: String(error) }, 'old resume checkpoints were not removed');
  });
  await pruneKept(context.scratch, (key) => newestStep(store, key), logger);
  return result;
}

/**
 * The newest valid checkpoint: the store's, or a newer one that an earlier attempt on this machine could not store. That
 * one is stored first; where the store must be waited for, training goes on from it meanwhile.
 */
async function restoreNewest(
  stretch: Stretch,
  { store, logger, folder, scratch }: StretchContext,
  state: TrainingState,
): Promise<RestoredCheckpoint | null> {
  const { stageKey, stopAt } = stretch;
  const [newest = 0] = await checkpointSteps(store, stageKey, stopAt);
  await sweepAndKeep(scratch, logger);
  const unsaved = await takeKept(scratch, stageKey, { above: newest, upTo: stopAt }, folder, logger);
  if (!unsaved) {
    const restored = await restoreNewestValid(store, stageKey, stopAt, (at) => join(folder, `resume-${at}`), logger);
    if (restored) Object.assign(state, { step: restored.step, checkpoint: restored.step });
    return restored;
  }
  const { step, facts } = unsaved;
  logger.info({ step, stageKey }, 'checkpoint of an earlier attempt found on this machine; it is stored first');
  Object.assign(state, { step, checkpoint: newest > 0 ? newest : null });
  const local = { step, facts, folder: unsaved.folder, files: Object.keys(unsaved.files) };
  try {
    const ref = await commitCheckpoint(store, stretch, unsaved);
    await unseal(unsaved.folder);
    state.checkpoint = step;
    return { ...local, ref, unsaved: null };
  } catch (error) {
    if (!isWaitedFor(error)) throw error;
    return { ...local, ref: null, unsaved };
  }
}

/** What the log of a stretch is made of: its last checkpoint, which holds the stage's log up to there. */
const metricsWork = ({ startAt, stopAt, validation }: Stretch, checkpoint: ArtifactRef) => ({
  method: 'metrics/2',
  inputs: { checkpoint: checkpoint.sha256 },
  params: { startAt, stopAt, ...(validation ? { validation } : {}) },
});

const metricsFactsSchema = z.object({ values: metricsLineSchema.shape.values });

async function findComplete(stretch: Stretch, store: ArtifactStore): Promise<StretchResult | null> {
  const checkpoint = await store.find('checkpoint', checkpointKey(stretch.stageKey, stretch.stopAt));
  if (!checkpoint || !(await hasAllFiles(store, await store.manifest(checkpoint)))) return null;
  const metrics = await store.find('metrics', workKey(metricsWork(stretch, checkpoint)));
  if (!metrics) return null;
  const { values } = metricsFactsSchema.parse((await store.manifest(metrics)).facts);
  return { checkpoint: { ...checkpoint, step: stretch.stopAt }, metrics, last: values };
}

/** Commits the stretch's part of the stage's log, which is complete however often it was interrupted. */
async function conclude(
  stretch: Stretch,
  store: ArtifactStore,
  checkpoint: CheckpointRef,
  log: TrainingLog,
): Promise<StretchResult> {
  const { startAt, stopAt, stage } = stretch;
  const { trust, resumes, environment } = checkpointFactsSchema.parse((await store.manifest(checkpoint)).facts);
  const own = <T extends { step: number }>(rows: T[]): T[] =>
    rows.filter(({ step }) => step > startAt && step <= stopAt);
  const values = log.metrics.at(-1)?.values ?? {};
  const work = metricsWork(stretch, checkpoint);
  const description = {
    kind: 'metrics',
    key: workKey(work),
    ...work,
    facts: { stage: stages[stage].job, startAt, stopAt, values, trust, resumes, environment },
  } as const;
  const files = artifactFiles.metrics;
  const metrics = await commitFiles(store, description, {
    [files.metrics.name]: { data: toJsonLines(own(log.metrics)) },
    [files.samples.name]: { data: toJsonLines(own(log.samples)) },
    [files.usage.name]: { data: toJsonLines(own(log.usage)) },
  });
  // From here on no run removes the checkpoint; one may have just done so (retention.ts).
  if ((await store.find('checkpoint', checkpoint.key))?.sha256 !== checkpoint.sha256) {
    throw corrupt(`checkpoint ${checkpoint.key} was removed by another run; it is trained again`);
  }
  return { checkpoint, metrics, last: values };
}
