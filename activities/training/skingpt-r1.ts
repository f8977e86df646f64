/** Distillation and SOREB on a gpu worker, in the stretches that SFT and GRPO have too. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { StretchResult, TrainingActivities } from '../../domain/contracts/training.ts';
import { agreement } from '../../domain/dermeval/soreb.ts';
import type { StretchJob } from '../../domain/trainer.ts';
import type { TrainerPlace } from '../../platform/env.ts';
import { withHeartbeats } from '../heartbeats.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { flatMapRows, listRows } from '../rows.ts';
import { withRows } from '../store/rows.ts';
import { fetchPolicy, modelPath } from '../trainer/model-folders.ts';
import { inputPaths, type JobFolders } from './job-folders.ts';
import { distillJob, distilStretch, writeFeatures } from './jobs/distill.ts';
import { scoreEvaluations, sorebJob, sorebStretch } from './jobs/soreb.ts';
import { serveScores } from './reward-server.ts';
import { fetchImages, writeChatRows, writeSupervised } from './rows.ts';
import type { Stretch } from './stretch-context.ts';

/** How a gpu worker runs a stretch: `prepare` makes the job out of an attempt's folders. */
type RunStretch = (
  stretch: Stretch,
  prepare: (folders: JobFolders) => Promise<StretchJob>,
  model: string,
  own: { saveEvery: number; rewardSocket?: string },
) => Promise<StretchResult>;

export function createSkinGptR1Activities(
  {
    store,
    environment,
    logger,
  }: { store: ArtifactStore; environment: { scratch: string; trainer: TrainerPlace }; logger: Logger },
  inFolder: RunStretch,
): Pick<TrainingActivities, 'trainDistilled' | 'trainSoreb'> {
  return {
    trainDistilled(input) {
      const stretch = distilStretch(input, environment.trainer);
      const onDamaged = (key: string): void => logger.warn({ key }, 'stored features are damaged');
      const prepare = async (folders: JobFolders): Promise<StretchJob> => {
        const { rows, held, paths } = await writeSupervised(store, input.narratives, folders);
        const features = join(folders.inputs, 'features');
        const given = {
          validates: held > 0,
          features: input.teacher ? await writeFeatures(store, input.teacher, rows, features, onDamaged) : null,
        };
        await fetchImages(store, rows, paths.images);
        return distillJob(input, stretch, folders, environment.trainer, given);
      };
      return inFolder(stretch, prepare, modelPath(input.model), { saveEvery: input.recipe.distillation.saveEvery });
    },

    async trainSoreb(input) {
      const { soreb } = input.recipe.dermeval;
      const from = { store, scratch: environment.scratch };
      const { train } = artifactFiles.judgements;
      const rows = await withHeartbeats(() => withRows(from, input.judgements, train, listRows));
      const rewards = await serveScores(scoreEvaluations(rows, soreb.missingReward), [agreement], logger);
      const stretch = sorebStretch(input, environment.trainer);
      const prepare = async (folders: JobFolders): Promise<StretchJob> => {
        const paths = inputPaths(folders.inputs);
        const asked = flatMapRows(rows, ({ id, image, prompt }) => [{ id, image, prompt }]);
        await writeChatRows(paths.rows, asked);
        await fetchImages(store, asked, paths.images);
        const adapter = await fetchPolicy(store, input.sft, paths.adapter);
        return sorebJob(input, stretch, { ...folders, adapter }, environment.trainer, rewards);
      };
      const own = { saveEvery: soreb.saveEvery, rewardSocket: rewards.socket };
      try {
        return await inFolder(stretch, prepare, modelPath(input.model), own);
      } catch (error) {
        throw rewards.failure() ?? error;
      } finally {
        await rewards.close();
      }
    },
  };
}
