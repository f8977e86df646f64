/** SFT and GRPO on a gpu worker (or a CPU: the same code with the tiny model). */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { GrpoInput, StretchResult, TrainingActivities } from '../../domain/contracts/training.ts';
import { DermflowError, failureTypes, unavailable } from '../../domain/failures.ts';
import type { GrpoJob } from '../../domain/jobs/grpo.ts';
import type { SftJob } from '../../domain/jobs/sft.ts';
import { isSingle, requireOpenPaths } from '../../domain/plan/paths.ts';
import type { StretchJob } from '../../domain/trainer.ts';
import type { Environment } from '../../platform/env.ts';
import { explainCrash } from '../disk/disk-errors.ts';
import { withHeartbeats } from '../heartbeats.ts';
import { MotionMeter } from '../motion.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { concatRows, listRows } from '../rows.ts';
import { makeScratchFolder, withScratchFolder } from '../scratch.ts';
import { withRows } from '../store/rows.ts';
import { strayFailure } from '../stray.ts';
import { identifyModel } from '../trainer/base-model.ts';
import { likelyJob } from '../trainer/command.ts';
import { prepareLaunch } from '../trainer/launch.ts';
import { fetchPolicy, modelPath } from '../trainer/model-folders.ts';
import { createStandby } from '../trainer/standby.ts';
import { giveJob, spawnTrainer, superviseTrainer, type TrainerEnd, type Watching } from '../trainer/trainer-process.ts';
import { exportAdapter } from './export-adapter.ts';
import { inputPaths, type JobFolders } from './job-folders.ts';
import { grpoJob, grpoStretch } from './jobs/grpo.ts';
import { sftJob, sftStretch } from './jobs/sft.ts';
import { keepingUnsaved } from './kept.ts';
import { defaultRewardLimits, type LoadedPlugin, loadRewardPlugin } from './reward-plugin.ts';
import { serveRewards } from './reward-server.ts';
import { fetchImages, questionRows, validationQuestions, writeChatRows, writeSupervised } from './rows.ts';
import { createSkinGptR1Activities } from './skingpt-r1.ts';
import { identifyStart, startFolder } from './start-adapter.ts';
import { createStayingTrainers, endHeld, type Held } from './staying.ts';
import { runStretch } from './stretch.ts';
import type { Stretch, StretchContext } from './stretch-context.ts';

export interface TrainingDependencies {
  store: ArtifactStore;
  environment: Pick<
    Environment,
    'scratch' | 'plugins' | 'rewardTimeoutMs' | 'trainerPython' | 'forksTrainers' | 'trainer'
  >;
  logger: Logger;
  /** Aborts when the worker begins to shut down: the trainer saves, the checkpoint is uploaded, another worker goes on. */
  shutdown?: AbortSignal;
  /** Silence, in milliseconds, after which a trainer counts as stalled. Default: 30 minutes. */
  stallMs?: number;
  /** From SIGTERM to SIGKILL, in milliseconds: a step and the saving of a checkpoint. Default: 5 minutes. */
  graceMs?: number;
}

const defaultStallMs = 30 * 60_000;
const defaultGraceMs = 5 * 60_000;

export function createTrainingActivities(dependencies: TrainingDependencies): TrainingActivities {
  const { store, environment, logger, stallMs = defaultStallMs, graceMs = defaultGraceMs } = dependencies;
  requireOpenPaths(environment.trainer, null);
  const standby = createStandby(environment.trainerPython, graceMs, dependencies.shutdown);
  const staying = createStayingTrainers(dependencies.shutdown);
  const single = isSingle(environment.trainer);
  const standBy = (job: typeof likelyJob): void => {
    const isForked = environment.forksTrainers && job.threads === likelyJob.threads;
    if (single && !isForked) standby.prepare(job);
  };
  // While data are prepared a gpu worker has nothing else to do.
  standBy(likelyJob);

  const supervision = { logger, stallMs };

  /** The job in the trainer that stayed; null without one, or where that one was killed while it stayed. */
  const goOn = async (held: Held, job: StretchJob, file: string, watching: Watching): Promise<TrainerEnd | null> => {
    if (!held.trainer) return null;
    held.job = job;
    giveJob(held.trainer, file);
    let begun = false;
    const onEvent: Watching['onEvent'] = (event) => {
      begun = true;
      watching.onEvent(event);
    };
    try {
      return await superviseTrainer(held.trainer, supervision, { ...watching, onEvent });
    } catch (error) {
      // It was gone before it was given the job, which its process had not reported yet.
      const isGone = error instanceof DermflowError && error.type === failureTypes.trainerCrashed;
      if (begun || !isGone || watching.signal.aborted) throw error;
      logger.warn({ reason: error.message }, 'the trainer that stayed is gone; another one resumes');
      return null;
    }
  };

  /** The job in a trainer of its own. */
  const begin = async (held: Held, job: StretchJob, file: string, watching: Watching): Promise<TrainerEnd> => {
    held.trainer = single
      ? standby.start(file)
      : spawnTrainer(await prepareLaunch(environment.trainerPython, file, environment.trainer), graceMs);
    held.job = job;
    return superviseTrainer(held.trainer, supervision, watching);
  };

  /**
   * Runs a stretch inside an attempt's own folder; `prepare` makes the job out of the folders. Where the trainer of the
   * stretch before it stays, that one goes on, and its job is the one before with what is `own` to this stretch.
   */
  const inFolder = (
    stretch: Stretch,
    prepare: (folders: JobFolders) => Promise<StretchJob>,
    model: string,
    own: { saveEvery: number; rewardSocket?: string },
  ): Promise<StretchResult> =>
    withScratchFolder(environment.scratch, stretch.stage, async (folder) => {
      const activity = Context.current();
      const meter = new MotionMeter();
      const signals = [activity.cancellationSignal, dependencies.shutdown, strayFailure()];
      const signal = AbortSignal.any(signals.filter((each) => each !== undefined));
      const { stageKey, maxSteps, stopAt } = stretch;
      const stay = single && dependencies.shutdown !== undefined && stopAt < maxSteps;
      const held: Held = { trainer: null, job: null, inputs: null };
      const context: StretchContext = {
        store,
        logger,
        folder,
        scratch: environment.scratch,
        signal: activity.cancellationSignal,
        giveUp: abortedLater(signal, graceMs),
        heartbeat: (state) => activity.heartbeat({ ...state, ...meter.state({ besides: state.phase === 'training' }) }),
        prepare: async (restored, output) => {
          await mkdir(output);
          const resume = restored?.folder ?? null;
          Object.assign(held, await staying.take(restored?.ref ? { stageKey, checkpoint: restored.ref.sha256 } : null));
          if (held.job) {
            logger.info({ stage: stretch.stage, step: restored?.step }, 'the trainer stayed and goes on');
            const { saveEvery, ...rewards } = own;
            return { ...held.job, plan: { maxSteps, stopAt, saveEvery, stay }, output, resume, ...rewards };
          }
          held.inputs = await makeScratchFolder(environment.scratch, `${stretch.stage}-inputs`);
          return prepare({ model, output, inputs: held.inputs.path, adapter: null, resume, stay });
        },
        train: async (job, onEvent, stop) => {
          if (dependencies.shutdown?.aborted) throw unavailable('the worker is shutting down; another one goes on');
          const file = join(folder, 'job.json');
          await writeFile(file, JSON.stringify(job));
          const watching: Watching = {
            signal: AbortSignal.any([signal, stop]),
            stays: stay,
            onEvent: (event) => {
              meter.note();
              // Only now: two that start at once would slow each other down.
              if (event.event === 'started') standBy(job);
              onEvent(event);
            },
          };
          try {
            return (await goOn(held, job, file, watching)) ?? (await begin(held, job, file, watching));
          } catch (error) {
            throw await explainCrash(error, environment.scratch);
          }
        },
      };
      let kept = false;
      try {
        const work = (): Promise<StretchResult> => meter.follow(() => runStretch(stretch, context));
        const result = await keepingUnsaved(environment.scratch, folder, logger, work);
        kept = stay && held.trainer !== null && !signal.aborted;
        if (kept) staying.keep({ stageKey, checkpoint: result.checkpoint.sha256 }, held);
        return result;
      } finally {
        if (!kept) await endHeld(held);
      }
    });

  const trainByRewards = async (input: GrpoInput, plugin: LoadedPlugin | null): Promise<StretchResult> => {
    const { recipe, sft } = input;
    const stretch = grpoStretch(input, plugin, environment.trainer);
    const from = { store, scratch: environment.scratch };
    const { train } = artifactFiles.questions;
    const questions = await withHeartbeats(() => withRows(from, input.questions, train, listRows));
    const validation = await withHeartbeats(() => validationQuestions(from, input));
    const rewards = await serveRewards([...questions, ...validation], recipe.rewards, plugin, logger);
    try {
      const prepare = async (folders: JobFolders): Promise<GrpoJob> => {
        const [rows, held] = [questionRows(questions, recipe.prompts), questionRows(validation, recipe.prompts)];
        const paths = inputPaths(folders.inputs);
        await writeChatRows(paths.rows, rows);
        await writeChatRows(paths.validation, held);
        await fetchImages(store, concatRows(rows, held), paths.images);
        const adapter = (await fetchPolicy(store, sft, paths.adapter)) ?? (await startFolder(input.model));
        return grpoJob(recipe, stretch, { ...folders, adapter }, environment.trainer, rewards);
      };
      const own = { saveEvery: recipe.grpo.saveEvery, rewardSocket: rewards.socket };
      return await inFolder(stretch, prepare, modelPath(input.model), own);
    } catch (error) {
      throw rewards.failure() ?? error;
    } finally {
      await rewards.close();
    }
  };

  return {
    // Reading a large model takes longer than a machine may be silent.
    identifyModel: ({ base, recipe }) =>
      withHeartbeats(async (report) => {
        const adapter = recipe ? await identifyStart(recipe) : null;
        const run = recipe ? { place: environment.trainer, recipe } : null;
        const onProgress = (done: number, total: number): void => report({ phase: 'hashing the model', done, total });
        const model = await identifyModel(base, { python: environment.trainerPython, run }, onProgress);
        return adapter ? { ...model, adapter } : model;
      }),

    trainSft(input) {
      const stretch = sftStretch(input, environment.trainer);
      const prepare = async (folders: JobFolders): Promise<SftJob> => {
        const { rows, held, paths } = await writeSupervised(store, input.trajectories, folders);
        await fetchImages(store, rows, paths.images);
        const before = await fetchPolicy(store, input.adapter ?? null, paths.adapter);
        const adapter = before ?? (await startFolder(input.model));
        return sftJob(input.recipe, stretch, { ...folders, adapter }, environment.trainer, held > 0);
      };
      return inFolder(stretch, prepare, modelPath(input.model), { saveEvery: input.recipe.sft.saveEvery });
    },

    async trainGrpo(input) {
      const limits = { ...defaultRewardLimits, timeoutMs: environment.rewardTimeoutMs };
      const { plugin: own } = input.recipe.rewards;
      const plugin = own ? await withHeartbeats(() => loadRewardPlugin(own, environment.plugins, limits)) : null;
      try {
        return await trainByRewards(input, plugin);
      } finally {
        await plugin?.close();
      }
    },

    ...createSkinGptR1Activities({ store, environment, logger }, inFolder),

    exportAdapter: (input) => withHeartbeats(() => exportAdapter(store, input)),
  };
}

/** Aborts `delayMs` after `signal` does. */
function abortedLater(signal: AbortSignal, delayMs: number): AbortSignal {
  const later = new AbortController();
  signal.addEventListener('abort', () => setTimeout(() => later.abort(), delayMs).unref(), { once: true });
  return later.signal;
}
