/**
 * One stretch of training: from the newest valid checkpoint of its stage to `stopAt`. The same call for a first run, a
 * retry and a resume; a stretch that is complete in the store is not run again.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import { type ArtifactRef, workKey } from '../../domain/artifact.ts';
import type { CheckpointRef, StretchResult, TrainingHeartbeat } from '../../domain/contracts.ts';
import { DermflowError, failureTypes, unavailable } from '../../domain/failures.ts';
import { checkpointKey } from '../../domain/names.ts';
import type { GrpoJob, SftJob, TrainerEvent } from '../../domain/trainer.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { commitFiles, parseJsonLines, readText, toJsonLines } from '../store/commit.ts';
import {
  type CheckpointWork,
  checkpointFactsSchema,
  commitCheckpoint,
  type LocalCheckpoint,
  metricsFile,
  restoreNewestValid,
  samplesFile,
} from './checkpoints.ts';
import type { TrainerEnd } from './trainer-process.ts';
import { createUploader } from './uploader.ts';

export interface Stretch extends CheckpointWork {
  stage: 'sft' | 'grpo';
  maxSteps: number;
  /** Step after which the stretch began; its metrics are those after it. */
  startAt: number;
  stopAt: number;
}

export interface StretchContext {
  store: ArtifactStore;
  logger: Logger;
  /** An empty folder for this attempt. */
  folder: string;
  heartbeat(details: TrainingHeartbeat): void;
  signal: AbortSignal;
  /** Makes the job; `resume` is the folder of the checkpoint to continue from. */
  prepare(resume: string | null, output: string): Promise<SftJob | GrpoJob>;
  train(job: SftJob | GrpoJob, onEvent: (event: TrainerEvent) => void): Promise<TrainerEnd>;
}

const metricsRowSchema = z.object({ step: z.int(), values: z.record(z.string(), z.number().nullable()) });
type MetricsRow = z.infer<typeof metricsRowSchema>;
const sampleRowSchema = z.looseObject({ step: z.int() });
type SampleRow = z.infer<typeof sampleRowSchema>;

export async function runStretch(stretch: Stretch, context: StretchContext): Promise<StretchResult> {
  const { store, logger, folder } = context;
  const complete = await store.find('checkpoint', checkpointKey(stretch.stageKey, stretch.stopAt));
  const memo = complete && (await store.find('metrics', metricsKey(stretch)));
  if (complete && memo) return conclude(stretch, context, { ...complete, step: stretch.stopAt }, memo);

  const restored = await restoreNewestValid(
    store,
    stretch.stageKey,
    stretch.stopAt,
    (step) => join(folder, `resume-${step}`),
    logger,
  );
  if (restored?.ref.step === stretch.stopAt) return conclude(stretch, context, restored.ref, null);
  logger.info({ stage: stretch.stage, from: restored?.ref.step ?? 0, stopAt: stretch.stopAt }, 'training');
  return conclude(stretch, context, await train(stretch, context, restored), null);
}

/** Trains and returns the checkpoint at `stopAt`. */
async function train(
  stretch: Stretch,
  { store, logger, folder, heartbeat, signal, prepare, train: runTrainer }: StretchContext,
  restored: { ref: CheckpointRef; folder: string } | null,
): Promise<CheckpointRef> {
  const output = join(folder, 'output');
  const metrics = restored ? await readRows(join(restored.folder, metricsFile), metricsRowSchema) : [];
  const earlier = restored ? await readRows(join(restored.folder, samplesFile), sampleRowSchema) : [];
  const uploader = createUploader<LocalCheckpoint, CheckpointRef>(
    (checkpoint) => commitCheckpoint(store, stretch, checkpoint),
    (checkpoint) => rm(checkpoint.folder, { recursive: true, force: true }),
  );
  const pending: Promise<void>[] = [];
  const state: TrainingHeartbeat = {
    phase: 'preparing',
    step: restored?.ref.step ?? 0,
    maxSteps: stretch.maxSteps,
    stopAt: stretch.stopAt,
    checkpoint: restored?.ref.step ?? null,
    values: metrics.at(-1)?.values ?? {},
    secondsPerStep: null,
  };
  const beat = (): void => heartbeat({ ...state, checkpoint: uploader.newest ?? state.checkpoint });
  const timer = setInterval(beat, 2_000);
  const clock = createStepClock();
  let software: Record<string, string> = {};

  const onEvent = (event: TrainerEvent): void => {
    if (event.event === 'started') software = event.software;
    if (event.event === 'metrics') record(metrics, event);
    if (event.event === 'progress') {
      state.phase = 'training';
      state.step = event.step;
      state.values = metrics.at(-1)?.values ?? {};
      state.secondsPerStep = clock.tick();
      beat();
    }
    if (event.event === 'checkpoint') {
      const { step, path, exact } = event;
      const facts = { stage: stretch.stage, step, exact, software, values: metrics.at(-1)?.values ?? {} };
      const text = toJsonLines(metrics);
      pending.push(
        readRows(join(output, 'samples.jsonl'), sampleRowSchema).then((rows) => {
          const samples = toJsonLines([...earlier, ...rows.filter((row) => row.step <= step)]);
          uploader.add({ step, folder: path, facts, metrics: text, samples });
        }),
      );
    }
  };

  try {
    beat();
    const job = await prepare(restored?.folder ?? null, output);
    const end = await runTrainer(job, onEvent);
    state.phase = 'uploading';
    const newest = await uploaded(pending, uploader.drain);
    if (end.state === 'interrupted') {
      signal.throwIfAborted();
      throw unavailable(`training was interrupted at step ${newest?.step ?? state.step}; it resumes from there`);
    }
    if (newest?.step !== stretch.stopAt) {
      throw new DermflowError(
        failureTypes.trainerCrashed,
        `the trainer finished without a checkpoint at step ${stretch.stopAt}`,
      );
    }
    return newest;
  } catch (error) {
    // What was saved before the end is worth more than the error's speed; the error itself stands.
    await uploaded(pending, uploader.drain).catch((reason) => logger.warn({ reason }, 'checkpoint was not uploaded'));
    throw withLastCheckpoint(error, uploader.newest ?? restored?.ref.step ?? null);
  } finally {
    clearInterval(timer);
  }
}

async function uploaded<T>(pending: readonly Promise<void>[], drain: () => Promise<T>): Promise<T> {
  await Promise.all(pending);
  return drain();
}

function withLastCheckpoint(error: unknown, step: number | null): unknown {
  if (!(error instanceof DermflowError) || error.type !== failureTypes.diverged) return error;
  const good = step === null ? 'there is no earlier checkpoint' : `the last good checkpoint is step ${step}`;
  return new DermflowError(error.type, `${error.message}; ${good}`, { cause: error });
}

/** Several lines may be logged for one step (loss, validation loss): they become one row. */
function record(rows: MetricsRow[], { step, values }: MetricsRow): void {
  const last = rows.at(-1);
  if (last?.step === step) Object.assign(last.values, values);
  else rows.push({ step, values: { ...values } });
}

/** Mean seconds a step over the last steps; null before the second. */
function createStepClock(): { tick(): number | null } {
  const times: number[] = [];
  return {
    tick() {
      times.push(Date.now());
      if (times.length > 20) times.shift();
      const first = times[0] ?? 0;
      return times.length < 2 ? null : ((times.at(-1) ?? first) - first) / 1000 / (times.length - 1);
    },
  };
}

const metricsKey = ({ stageKey, startAt, stopAt }: Stretch): string =>
  workKey({ method: 'metrics/1', inputs: { stage: stageKey }, params: { startAt, stopAt } });

/** The stretch's metrics are read out of its checkpoint, so they are complete however often it was interrupted. */
async function conclude(
  stretch: Stretch,
  { store }: StretchContext,
  checkpoint: CheckpointRef,
  metrics: ArtifactRef | null,
): Promise<StretchResult> {
  const manifest = await store.manifest(checkpoint);
  const last = checkpointFactsSchema.parse(manifest.facts).values;
  if (metrics) return { checkpoint, metrics, last };
  const own = <T extends { step: number }>(rows: T[]): T[] =>
    rows.filter(({ step }) => step > stretch.startAt && step <= stretch.stopAt);
  const rows = own(parseJsonLines(await readText(store, manifest, metricsFile), metricsRowSchema));
  const samples = own(parseJsonLines(await readText(store, manifest, samplesFile), sampleRowSchema));
  const { startAt, stopAt, stage } = stretch;
  const description = {
    kind: 'metrics',
    key: metricsKey(stretch),
    method: 'metrics/1',
    inputs: { checkpoint: checkpoint.sha256 },
    params: { startAt, stopAt },
    facts: { stage, startAt, stopAt },
  } as const;
  const files = { 'metrics.jsonl': { data: toJsonLines(rows) }, 'samples.jsonl': { data: toJsonLines(samples) } };
  return { checkpoint, metrics: await commitFiles(store, description, files), last };
}

async function readRows<T extends MetricsRow | SampleRow>(path: string, schema: z.ZodType<T>): Promise<T[]> {
  try {
    return parseJsonLines(await readFile(path, 'utf8'), schema);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
