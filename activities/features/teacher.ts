/** The teacher of a distillation: an encoder out of the store, and its features of the pictures that are trained on. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { ArtifactRef, BlobRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { TeacherActivities, TeacherRecipe } from '../../domain/contracts/distillation.ts';
import type { TeacherRef } from '../../domain/contracts/training.ts';
import { userMistake } from '../../domain/failures.ts';
import { shippedTeacher } from '../../domain/recipe/teacher.ts';
import type { Environment } from '../../platform/env.ts';
import { withHeartbeats } from '../heartbeats.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { Rows } from '../rows.ts';
import { withScratchFolder } from '../scratch.ts';
import { fetchRows } from '../store/rows.ts';
import { featuresOf, type KnownEncoder } from './features-of.ts';
import { shippedEncoder, storedEncoder } from './stored-encoder.ts';

interface TeacherDependencies {
  store: ArtifactStore;
  environment: Pick<Environment, 'scratch' | 'trainerPython'>;
  logger: Logger;
}

export function createTeacherActivities({ store, environment, logger }: TeacherDependencies): TeacherActivities {
  const { scratch } = environment;
  const trainer = { python: environment.trainerPython, logger };

  /** @param pictures reads them below a folder of this machine */
  const encode = (
    recipe: TeacherRecipe,
    pictures: (folder: string) => Promise<Iterable<BlobRef>>,
  ): Promise<TeacherRef> =>
    withHeartbeats((report, signal) =>
      withScratchFolder(scratch, 'teacher', async (folder) => {
        report({ phase: 'opening the teacher', done: 0, total: 0 });
        const artifact = await artifactOf(recipe, () => shippedEncoder({ store, trainer, scratch, signal }));
        const known = await storedEncoder(store, artifact, join(folder, 'encoder'), recipe.model.threads);
        await encodeAll(await pictures(folder), known, recipe, {
          ...{ store, signal },
          onProgress: (done, total) => report({ phase: 'encoding pictures', done, total }),
          onDamaged: (key) => logger.warn({ key }, 'kept features are damaged; they are computed again'),
        });
        return { encoder: known.digest, form: recipe.teacher.form };
      }),
    );

  return {
    openTeacher: ({ recipe, dataset }) =>
      encode(recipe, async (folder) => {
        const { name, schema } = artifactFiles.dataset.cases;
        for await (const { images } of await fetchRows(store, dataset, name, schema, folder)) return images.slice(0, 1);
        return [];
      }),

    encodeTeacher: ({ recipe, dermcot }) =>
      encode(recipe, async (folder) => {
        const { train, validation } = artifactFiles.dermcot;
        const images = new Map<string, BlobRef>();
        for (const { name, schema } of [train, validation]) {
          await collect(await fetchRows(store, dermcot, name, schema, folder), images);
        }
        return images.values();
      }),
  };
}

async function collect(rows: Rows<{ image: BlobRef }>, images: Map<string, BlobRef>): Promise<void> {
  for await (const { image } of rows) images.set(image.sha256, image);
}

async function artifactOf(
  { teacher: { encoder } }: TeacherRecipe,
  shipped: () => Promise<ArtifactRef>,
): Promise<ArtifactRef> {
  if (encoder === shippedTeacher) return shipped();
  if (typeof encoder !== 'string') return encoder.artifact;
  throw userMistake(
    `teacher.encoder is "${encoder}": a path of the machine that starts a run; "dermflow run" puts the file into the store and its reference here`,
  );
}

/** Throws a user's mistake at the first picture whose features the adapters could not be compared with. */
async function encodeAll(
  images: Iterable<BlobRef>,
  known: KnownEncoder,
  { teacher, distillation }: TeacherRecipe,
  context: Parameters<typeof featuresOf>[4],
): Promise<void> {
  const wanted = distillation.adapters.width;
  await featuresOf(
    images,
    teacher.form,
    known,
    (_, __, shape) => {
      const width = shape.at(-1);
      if (width === wanted) return;
      throw userMistake(
        `distillation.adapters.width is ${wanted}: the teacher's features have ${width} numbers; set it to ${width}, or give another teacher.encoder`,
      );
    },
    context,
  );
}
