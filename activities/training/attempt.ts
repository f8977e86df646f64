/**
 * One attempt at a stretch: runs the trainer, keeps its log, uploads its checkpoints beside it and says how far it is.
 */
import { join } from 'node:path';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { CheckpointRef } from '../../domain/contracts/references.ts';
import type { TrainingState } from '../../domain/contracts/training.ts';
import { DermflowError, failureTypes, unavailable } from '../../domain/failures.ts';
import { stages } from '../../domain/stages/index.ts';
import type { TrainerEvent } from '../../domain/trainer.ts';
import { exactly, judgeResume, type TrainingEnvironment, worstOf } from '../../domain/trust.ts';
import type { CheckpointFacts } from './checkpoint-facts.ts';
import { commitCheckpoint, type RestoredCheckpoint } from './checkpoints.ts';
import { logFiles, readLog, readRows, record, type SampleRow, type TrainingLog } from './log.ts';
import { removeSealed, type SealedCheckpoint, seal, unseal } from './seal.ts';
import type { Stretch, StretchContext } from './stretch-context.ts';
import { createUploader } from './uploader.ts';

/**
 * Trains from `restored`, or the stage's start, to the checkpoint at `stopAt`; returns it with the stage's log so far.
 *
 * @param state what heartbeats say; kept up to date
 */
export async function trainOnce(
  stretch: Stretch,
  context: StretchContext,
  restored: RestoredCheckpoint | null,
  state: TrainingState,
): Promise<{ checkpoint: CheckpointRef; log: TrainingLog }> {
  const { store, logger, folder, signal } = context;
  const output = join(folder, 'output');
  const { metrics, samples: earlier, usage } = await readLog(restored?.folder ?? null);
  const stop = new AbortController();
  const say = (reason: unknown): void => {
    state.waitsFor = reason instanceof Error ? reason.message : String(reason);
    context.heartbeat(state);
  };
  /** Steps beyond a checkpoint that nobody will store are steps at risk: the trainer saves and leaves. */
  const refuse = (step: number, reason: unknown): void => {
    say(reason);
    logger.error({ step, reason: state.waitsFor }, 'checkpoint cannot be stored; the trainer saves and stops');
    stop.abort();
  };
  const uploader = createUploader<SealedCheckpoint, CheckpointRef>({
    upload: async (checkpoint) => {
      const since = Date.now();
      const ref = await commitCheckpoint(store, stretch, checkpoint);
      const bytes = Object.values(checkpoint.files).reduce((sum, file) => sum + file.bytes, 0);
      const seconds = (Date.now() - since) / 1000;
      logger.info({ stage: stretch.stage, step: ref.step, bytes, seconds }, 'checkpoint stored');
      Object.assign(state, { checkpoint: ref.step, waitsFor: null });
      return ref;
    },
    // The trainer may still be reading the one that it resumes from.
    discard: (checkpoint) =>
      checkpoint.folder === restored?.folder ? unseal(checkpoint.folder) : removeSealed(checkpoint.folder),
    onWait: ({ step }, error, pauseMs) => {
      say(error);
      logger.warn({ step, pauseMs, reason: error.message }, 'checkpoint waits for the store; training goes on');
    },
    onRefused: ({ step }, error) => refuse(step, error),
    giveUp: context.giveUp,
  });
  if (restored?.unsaved) uploader.add(restored.unsaved);
  let kept = Promise.resolve();
  const clock = createStepClock();
  const watch = createStopwatch();
  let history: Pick<CheckpointFacts, 'environment' | 'resumes' | 'trust'> | null = null;

  const samplesSoFar = async (): Promise<SampleRow[]> => [
    ...earlier,
    ...(await readRows(join(output, artifactFiles.metrics.samples.name), logFiles.samples.schema)),
  ];

  /** One after the other: a later checkpoint must not overtake an earlier one that still reads its samples. */
  const keep = ({ step, path, exact }: SavedEvent): void => {
    if (!history) throw new DermflowError(failureTypes.trainerCrashed, 'the trainer saved before it said "started"');
    // A copy: a validation that follows the save is of the same step, and may be logged before this one is stored.
    const values = { ...metrics.at(-1)?.values };
    const base = stretch.base === undefined ? {} : { base: stretch.base };
    const facts: CheckpointFacts = { stage: stages[stretch.stage].job, step, ...base, exact, values, ...history };
    const log = { metrics: structuredClone(metrics), usage: [...usage] };
    kept = kept.then(async () => {
      const samples = (await samplesSoFar()).filter((row) => row.step <= step);
      const { stageKey } = stretch;
      uploader.add(await seal({ stageKey, step, folder: path, facts, log: { ...log, samples } }));
    });
    // It is awaited at the end; until then its failure must not count as unhandled.
    kept.catch((reason) => refuse(step, reason));
  };
  const uploaded = async (): Promise<CheckpointRef | null> => {
    await kept;
    return uploader.drain();
  };

  const onEvent = (event: TrainerEvent): void => {
    if (event.event === 'started') {
      watch.lap('preparing');
      const { step, trainableParameters, device, worldSize } = event;
      logger.info({ stage: stretch.stage, step, trainableParameters, device, worldSize }, 'trainer started');
      history = begin(event, job.threads, restored, context);
    }
    if (event.event === 'metrics') record(metrics, event);
    if (event.event === 'checkpoint') keep(event);
    if (event.event === 'progress') {
      const { tokensPerSecond = null, memoryBytes = null } = event;
      usage.push({ step: event.step, tokensPerSecond, memoryBytes });
      logger.debug({ stage: stretch.stage, step: event.step, tokensPerSecond, memoryBytes }, 'step done');
      const values = metrics.at(-1)?.values ?? {};
      Object.assign(state, { phase: 'training', step: event.step, values, secondsPerStep: clock.tick() });
      context.heartbeat(state);
    }
  };

  let job: Awaited<ReturnType<StretchContext['prepare']>>;
  try {
    job = await context.prepare(restored, output);
    const end = await context.train(job, onEvent, stop.signal);
    watch.lap('training');
    state.phase = 'uploading';
    const newest = (await uploaded()) ?? restored?.ref;
    watch.lap('uploading');
    logger.info({ stage: stretch.stage, step: newest?.step, seconds: watch.laps }, 'trainer ended');
    if (end.state === 'interrupted') {
      signal.throwIfAborted();
      const step = newest?.step ?? state.step;
      throw unavailable(`training was interrupted at step ${step}; it resumes from there`);
    }
    if (newest?.step === stretch.stopAt) {
      return { checkpoint: newest, log: { metrics, samples: await samplesSoFar(), usage } };
    }
    throw new DermflowError(
      failureTypes.trainerCrashed,
      `the trainer finished without a checkpoint at step ${stretch.stopAt}`,
    );
  } catch (error) {
    // What was saved before the end is uploaded first, even if the error is reported later.
    await uploaded().catch((reason) => logger.warn({ reason }, 'checkpoint was not uploaded'));
    throw withLastCheckpoint(error, state.checkpoint);
  }
}

type SavedEvent = Extract<TrainerEvent, { event: 'checkpoint' }>;
type StartedEvent = Extract<TrainerEvent, { event: 'started' }>;

/** Judges the resume by the environment that the trainer found itself in, and says so. */
function begin(
  { software, numerics, device, worldSize }: StartedEvent,
  threads: number,
  restored: RestoredCheckpoint | null,
  { logger }: StretchContext,
): Pick<CheckpointFacts, 'environment' | 'resumes' | 'trust'> {
  const environment: TrainingEnvironment = { software, numerics, device, worldSize, threads };
  if (!restored) return { environment, resumes: [], trust: exactly };
  const { facts, files, step } = restored;
  const trust = judgeResume({ ...facts, files }, environment);
  logger[trust.verdict === 'exact' ? 'info' : 'warn']({ step, ...trust }, 'resuming');
  const resumes = [...facts.resumes, { step, ...trust }];
  return { environment, resumes, trust: worstOf([facts.trust, trust]) };
}

function withLastCheckpoint(error: unknown, step: number | null): unknown {
  if (!(error instanceof DermflowError) || error.type !== failureTypes.diverged) return error;
  const good = step === null ? 'there is no earlier checkpoint' : `the last good checkpoint is step ${step}`;
  return new DermflowError(error.type, `${error.message}; ${good}`, { cause: error });
}

/** Where the time of an attempt went, in seconds. */
function createStopwatch(): { laps: Record<string, number>; lap(name: string): void } {
  let since = Date.now();
  const laps: Record<string, number> = {};
  return {
    laps,
    lap(name) {
      laps[name] = (Date.now() - since) / 1000;
      since = Date.now();
    },
  };
}

const stepsTimed = 20;

/** Mean seconds per step over the last steps; null before the second. */
function createStepClock(): { tick(): number | null } {
  const times: number[] = [];
  return {
    tick() {
      times.push(Date.now());
      if (times.length > stepsTimed) times.shift();
      const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
      return times.length < 2 ? null : spanMs / 1000 / (times.length - 1);
    },
  };
}
