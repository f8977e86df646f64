/** SFT and GRPO on a gpu worker (or a CPU: the same code with the tiny model). */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import type { StretchResult, TrainingActivities } from '../../domain/contracts.ts';
import { unavailable } from '../../domain/failures.ts';
import { questionPrompt } from '../../domain/prompts/prompts.ts';
import { questionSchema } from '../../domain/questions/question.ts';
import type { GrpoJob, SftJob } from '../../domain/trainer.ts';
import { trajectoryRowSchema } from '../../domain/trajectories/row.ts';
import type { Environment } from '../../infra/env.ts';
import { fetchAdapter, modelPath } from '../evaluation/model.ts';
import { withHeartbeats } from '../heartbeats.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { withScratchFolder } from '../scratch.ts';
import { readJsonLines } from '../store/commit.ts';
import { trainerCommand } from './command.ts';
import { exportAdapter } from './export-adapter.ts';
import { identifyModel } from './model.ts';
import { serveRewards } from './reward-server.ts';
import { fetchImages, type RowSource, writeRows } from './rows.ts';
import { grpoJob, grpoStretch, type JobFolders, sftJob, sftStretch } from './stages.ts';
import { runStretch, type Stretch, type StretchContext } from './stretch.ts';
import { runTrainer } from './trainer-process.ts';

export interface TrainingDependencies {
  store: ArtifactStore;
  environment: Pick<Environment, 'scratch' | 'trainerPython' | 'trainerProcesses'>;
  logger: Logger;
  /** Aborts when the worker begins to shut down: the trainer saves, the checkpoint is uploaded, another worker goes on. */
  shutdown?: AbortSignal;
  stallMs?: number;
  graceMs?: number;
}

const defaultStallMs = 30 * 60_000;
const defaultGraceMs = 5 * 60_000;

export function createTrainingActivities(dependencies: TrainingDependencies): TrainingActivities {
  const { store, environment, logger } = dependencies;

  /** Runs a stretch inside an attempt's own folder; `prepare` makes the job out of the folders. */
  const inFolder = (
    stretch: Stretch,
    prepare: (folders: JobFolders) => Promise<SftJob | GrpoJob>,
    model: string,
  ): Promise<StretchResult> =>
    withScratchFolder(environment.scratch, stretch.stage, async (folder) => {
      const activity = Context.current();
      const signals = dependencies.shutdown ? [dependencies.shutdown] : [];
      const signal = AbortSignal.any([activity.cancellationSignal, ...signals]);
      const context: StretchContext = {
        store,
        logger,
        folder,
        signal: activity.cancellationSignal,
        heartbeat: (details) => activity.heartbeat(details),
        prepare: async (resume, output) => {
          await mkdir(output);
          const rows = join(folder, 'rows.jsonl');
          return prepare({ model, output, rows, images: join(folder, 'images'), adapter: null, resume });
        },
        train: async (job, onEvent) => {
          if (dependencies.shutdown?.aborted) throw unavailable('the worker is shutting down; another one goes on');
          const file = join(folder, 'job.json');
          await writeFile(file, JSON.stringify(job));
          const command = trainerCommand(environment.trainerPython, file, environment.trainerProcesses);
          const { stallMs = defaultStallMs, graceMs = defaultGraceMs } = dependencies;
          return runTrainer(command, { logger, stallMs, graceMs }, { signal, onEvent });
        },
      };
      return runStretch(stretch, context);
    });

  return {
    // Reading a large model takes longer than a machine may be silent.
    identifyModel: ({ base }) => withHeartbeats(() => identifyModel(base)),

    trainSft(input) {
      const stretch = sftStretch(input);
      const prepare = async (folders: JobFolders): Promise<SftJob> => {
        const read = (name: string) => readJsonLines(store, input.trajectories, name, trajectoryRowSchema);
        const train = (await read('train.jsonl')).map(asSource);
        const validation = (await read('validation.jsonl')).map(asSource);
        const validationRows = join(folders.output, 'validation.jsonl');
        await writeRows(folders.rows, train);
        await writeRows(validationRows, validation);
        await fetchImages(store, [...train, ...validation], folders.images);
        return sftJob(input.recipe, stretch, folders, validation.length > 0 ? validationRows : null);
      };
      return inFolder(stretch, prepare, modelPath(input.model));
    },

    async trainGrpo(input) {
      const stretch = grpoStretch(input);
      const { recipe, sft } = input;
      const questions = await readJsonLines(store, input.questions, 'train.jsonl', questionSchema);
      const rewards = await serveRewards(questions, recipe.rewards);
      try {
        const prepare = async (folders: JobFolders): Promise<GrpoJob> => {
          const rows = questions.map(
            (question): RowSource => ({
              id: question.id,
              image: question.image,
              prompt: questionPrompt(question, recipe.prompts, 'training'),
            }),
          );
          await writeRows(folders.rows, rows);
          await fetchImages(store, rows, folders.images);
          const adapter = await fetchAdapter(store, sft, `${folders.output}-sft`);
          return grpoJob(recipe, stretch, { ...folders, adapter }, rewards.socket);
        };
        return await inFolder(stretch, prepare, modelPath(input.model));
      } finally {
        await rewards.close();
      }
    },

    exportAdapter: (input) => exportAdapter(store, input),
  };
}

const asSource = ({ id, image, prompt, completion }: ReturnType<typeof trajectoryRowSchema.parse>): RowSource => ({
  id,
  image,
  prompt,
  completion,
});
