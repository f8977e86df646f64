/** A user's own benchmark: a file of items, whose pictures go into the store as those of a data set do. */
import { access, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { commitOnce } from '../../activities/commit-once.ts';
import { concurrently } from '../../activities/concurrently.ts';
import type { ImageBudget } from '../../activities/datasets/images/image-size.ts';
import { writeCanonicalFile } from '../../activities/json-file.ts';
import { withScratchFolder } from '../../activities/scratch.ts';
import type { ReadingFrom } from '../../activities/store/rows.ts';
import { digestOfJson } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { benchmarks } from '../../domain/benchmarks/catalogue/index.ts';
import { isRelease, releaseName } from '../../domain/benchmarks/narratives/release.ts';
import { type OwnItem, parseOwnItems } from '../../domain/benchmarks/own-items.ts';
import type { ImageRef } from '../../domain/cases/case.ts';
import type { BenchmarkChoice } from '../../domain/contracts/benchmarks.ts';
import { userMistake } from '../../domain/failures.ts';
import { readRelease } from './narratives/release.ts';

/** Whether the name of a benchmark is a file's. */
export const isOwnItems = (name: string): boolean => /\.jsonl$/i.test(name);

/**
 * Throws a user's mistake that names file, row and picture.
 *
 * @param pictures folder to which the paths of pictures are relative; default: that of the file
 */
export async function storeOwnItems(
  file: string,
  budget: ImageBudget,
  { store, scratch }: ReadingFrom,
  pictures?: string,
): Promise<BenchmarkChoice> {
  const { name, items } = await readItems(file);
  if (benchmarks.some((known) => known.name === name)) {
    throw userMistake(`${file}: "${name}" is a benchmark of Dermflow; give the file another name`);
  }
  const folder = pictures ?? dirname(file);
  const paths = [...new Set(items.map(({ image }) => image))];
  // What reads images takes a second to load, which commands without are spared.
  const { imagesInFlight, normaliseImage } = await import('../../activities/datasets/images/intake.ts');
  const images = await concurrently(paths, imagesInFlight, async (path): Promise<[string, ImageRef]> => {
    const place = resolve(folder, path);
    const wrong = (why: string): Error =>
      userMistake(`${file}: item ${items.find(({ image }) => image === path)?.id}: image ${path} ${why}`);
    await access(place).catch(() => {
      throw wrong(`is not in ${folder}; paths are relative to the file, or to the folder that --pictures names`);
    });
    const normalised = await normaliseImage(place, budget);
    if ('badImage' in normalised) throw wrong(`cannot be used: ${normalised.badImage}`);
    const { png, width, height } = normalised;
    return [path, { ...(await store.putBlob(png)), width, height }];
  });
  const own = { items, images: Object.fromEntries(images) };
  const params = { items: digestOfJson(own) };
  const work = { kind: 'dataset', method: 'own-items/1', inputs: {}, params } as const;
  // Around all, since the file is stored after it was written.
  const ref = await withScratchFolder(scratch, 'own-items', (folder) =>
    commitOnce(store, work, async () => {
      const file = artifactFiles.dataset.own.name;
      const path = join(folder, file);
      await writeCanonicalFile(path, own);
      return { facts: { items: items.length, images: paths.length }, files: { [file]: { path } } };
    }),
  );
  return { name, items: ref };
}

/** The manifest of DermBench's release names texts and pictures; any other file its items themselves. */
async function readItems(file: string): Promise<{ name: string; items: OwnItem[] }> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw userMistake(
      `${file}: cannot be read (${String(error)}); give a file of items, one JSON object per line`,
      error,
    );
  });
  if (isRelease(text)) return { name: releaseName, items: await readRelease(text, file) };
  return { name: basename(file).replace(/\.jsonl$/i, ''), items: parseOwnItems(text, file) };
}
