/** A distillation's teacher as an activity: the shipped encoder, a width that does not fit, a path that was not stored. */
import { tmpdir } from 'node:os';
import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { readChunks } from '../../../activities/features/feature-chunks.ts';
import { createTeacherActivities } from '../../../activities/features/teacher.ts';
import { readRecipeOf } from '../../../cli/start/recipes.ts';
import { type ArtifactRef, digestOf } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { TeacherRecipe } from '../../../domain/contracts/distillation.ts';
import type { TeacherSettings } from '../../../domain/recipe/teacher.ts';
import { silent } from '../../support/finished-run.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { patternPng, trainer } from '../../support/micro-model.ts';
import { storeRows } from '../../support/narratives.ts';

const store = createMemoryStore();
const environment = { scratch: tmpdir(), trainerPython: trainer.python };
const { encodeTeacher } = createTeacherActivities({ store, environment, logger: silent });
const demo = await readRecipeOf('skingpt-r1', 'skingpt-demo');
const recipeWith = (teacher: TeacherSettings, width = 128): TeacherRecipe => {
  const { distillation } = demo;
  return { ...demo, teacher, distillation: { ...distillation, adapters: { ...distillation.adapters, width } } };
};
const shipped = { encoder: 'shipped', form: 'patches' } as const;
const run = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment().run(work);
const encode = (recipe: TeacherRecipe) => run(() => encodeTeacher({ recipe, dermcot }));

let dermcot: ArtifactRef;
let digests: string[];
beforeAll(async () => {
  const rows = await Promise.all(
    ['a', 'b', 'a'].map(async (name, i) => {
      const image = { ...(await store.putBlob(await patternPng(name, [112, 112]))), width: 112, height: 112 };
      const text = { prompt: 'p', completion: 'c', diagnosis: 'melanoma', group: name, mean: 5, origin: 'filtered' };
      return { id: String(i), image, ...text };
    }),
  );
  digests = [...new Set(rows.map(({ image }) => image.sha256))];
  const [first, ...rest] = rows;
  dermcot = await storeRows(store, 'dermcot', {
    [artifactFiles.dermcot.train.name]: rest.map((row) => `${JSON.stringify(row)}\n`).join(''),
    [artifactFiles.dermcot.validation.name]: `${JSON.stringify(first)}\n`,
  });
});

describe('a teacher', () => {
  it('has features of each picture of both parts once, and encodes none of them again', async () => {
    const teacher = await encode(recipeWith(shipped));
    expect(await encode(recipeWith(shipped))).toEqual(teacher);
    const found: string[] = [];
    for await (const { images, shape } of readChunks(store, teacher, () => {})) {
      expect(shape.at(-1)).toBe(128);
      found.push(...images);
    }
    expect(found.toSorted()).toEqual(digests.toSorted());
  });

  it('whose features have another width is a user’s mistake that names both', () =>
    expect(encode(recipeWith(shipped, 1024))).rejects.toThrow(
      "distillation.adapters.width is 1024: the teacher's features have 128 numbers; set it to 128",
    ));

  it('that is a path was not put into the store by the command that started the run', () =>
    expect(encode(recipeWith({ encoder: 'panderm.onnx', form: 'patches' }))).rejects.toThrow(
      'teacher.encoder is "panderm.onnx": a path of the machine that starts a run',
    ));

  it('is known by its bytes', async () =>
    expect((await encode(recipeWith(shipped))).encoder).not.toBe(digestOf('shipped')));
});
