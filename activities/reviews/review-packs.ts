/**
 * Copies of reviews, some hundred per object, so that whoever opens a page reads a few objects in place of thousands. The
 * objects of the reviews themselves say which there are: a copy that is missing, damaged or of none of them costs only time.
 */
import { z } from 'zod';
import { digestOf } from '../../domain/artifact.ts';
import { storeKeys } from '../../domain/names.ts';
import { type Review, reviewSchema } from '../../domain/reviews/review.ts';
import { concurrently } from '../concurrently.ts';
import { linesOf, toJsonLines } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { listRows } from '../rows.ts';

/** Reviews that are read one by one before they are copied; the most that opening a page reads so. */
export const packed = 128;

const readsInFlight = 16;
const copySchema = z.strictObject({ key: z.string(), review: reviewSchema });

export interface ReviewPacks {
  /** Adds what packs hold of these keys, if many of them are not known. */
  readInto(known: Map<string, Review>, keys: readonly string[]): Promise<void>;
  /** Copies those of these keys that no pack holds, if they are enough for one. */
  write(known: ReadonlyMap<string, Review>, keys: readonly string[]): Promise<void>;
}

/** @param judged digests of the narratives that are reviewed: another set of them has packs of its own */
export function createReviewPacks(store: ArtifactStore, by: string, judged: readonly string[]): ReviewPacks {
  const of = digestOf(judged.toSorted().join());
  const seen = new Set<string>();
  /** Keys of reviews that stand in a pack. */
  const copied = new Set<string>();

  const copiesIn = async (name: string): Promise<z.infer<typeof copySchema>[]> => {
    const bytes = await store.getObject(name);
    if (!bytes || name !== storeKeys.reviewPack(by, of, digestOf(bytes))) return [];
    return (await listRows(linesOf([bytes], name))).flatMap(
      ({ text }) => copySchema.safeParse(JSON.parse(text)).data ?? [],
    );
  };
  /** Those that were written since the last look. */
  const readNew = async (): Promise<z.infer<typeof copySchema>[]> => {
    const all = await store.objectKeys(storeKeys.reviewPacks(by, of));
    const names = all.filter((name) => !seen.has(name));
    const copies = (await concurrently(names, readsInFlight, copiesIn)).flat();
    for (const name of names) seen.add(name);
    for (const { key } of copies) copied.add(key);
    return copies;
  };
  return {
    readInto: async (known, keys) => {
      const missing = new Set(keys.filter((key) => !known.has(key)));
      if (missing.size < packed) return;
      for (const { key, review } of await readNew()) if (missing.has(key)) known.set(key, review);
    },
    write: async (known, keys) => {
      const loose = () => keys.filter((key) => !copied.has(key));
      if (loose().length < packed) return;
      await readNew(); // another page or a worker may have copied them
      const rows = loose().map((key) => ({ key, review: known.get(key) }));
      for (let at = 0; at + packed <= rows.length; at += packed) {
        const own = rows.slice(at, at + packed);
        const text = toJsonLines(own);
        // Whoever may only read does without.
        await store.putObjectIfAbsent(storeKeys.reviewPack(by, of, digestOf(text)), text).catch(() => {});
        for (const { key } of own) copied.add(key);
      }
    },
  };
}
