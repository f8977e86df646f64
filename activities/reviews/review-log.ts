/**
 * Reviews in the store: an object each, written if absent and never changed, so that neither a crash between two writes
 * nor a second tab or server loses one. What was read once is kept: what stands there stays as it is.
 */
import { digestOf } from '../../domain/artifact.ts';
import { corrupt } from '../../domain/failures.ts';
import { storeKeys } from '../../domain/names.ts';
import type { Narrative } from '../../domain/narratives/narrative.ts';
import { judgedDigest, type Review, reviewSchema } from '../../domain/reviews/review.ts';
import { reviewerKey } from '../../domain/reviews/reviewer.ts';
import { reviewedBy } from '../../domain/reviews/scripted.ts';
import type { ReviewRules } from '../../domain/reviews/state.ts';
import { concurrently } from '../concurrently.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { createReviewPacks } from './review-packs.ts';

export interface ReviewLog {
  /** All that stand in the store now, in no particular order. */
  read(): Promise<Review[]>;
  /** Those that were read or written here so far, without a question to the store. */
  known(): Review[];
  /** Null once it stands there; else the other one that stands in its place. To write the same again is no conflict. */
  add(review: Review): Promise<Review | null>;
}

const readsInFlight = 16;

/** The reviews of these narratives that count by the rules. */
export function createReviewLog(store: ArtifactStore, narratives: readonly Narrative[], rules: ReviewRules): ReviewLog {
  const by = reviewedBy(rules);
  const digests = new Map(narratives.map((narrative) => [narrative.id, judgedDigest(narrative)]));
  const folders = new Set([...digests.values()].map((digest) => digest.slice(0, 32)));
  const prefix = storeKeys.reviews(by);
  const isOurs = (key: string): boolean => folders.has(key.slice(prefix.length).split('/')[0] ?? '');
  const known = new Map<string, Review>();
  const packs = createReviewPacks(store, by, [...digests.values()]);
  const fetch = async (key: string): Promise<Review> => {
    const data = await store.getObject(key);
    if (!data) throw corrupt(`review ${key} was listed and is missing from the store`);
    const review = parse(data, key);
    known.set(key, review);
    return review;
  };
  return {
    read: async () => {
      const keys = (await store.objectKeys(prefix)).filter(isOurs).toSorted();
      await packs.readInto(known, keys);
      const reviews = await concurrently(keys, readsInFlight, async (key) => known.get(key) ?? fetch(key));
      await packs.write(known, keys);
      return reviews;
    },
    known: () => [...known.values()],
    add: async (review) => {
      const own = reviewSchema.parse(review);
      const digest = digests.get(own.id);
      if (digest === undefined) throw new RangeError(`no such narrative: ${own.id}`);
      const key = storeKeys.review(by, digest, digestOf(reviewerKey(own.reviewer)), own.turn);
      if (await store.putObjectIfAbsent(key, JSON.stringify(own))) {
        known.set(key, own);
        return null;
      }
      const standing = await fetch(key);
      return isSame(standing, own) ? null : standing;
    },
  };
}

function parse(data: Uint8Array, key: string): Review {
  try {
    return reviewSchema.parse(JSON.parse(new TextDecoder().decode(data)));
  } catch (error) {
    throw corrupt(`review ${key} is damaged`, error);
  }
}

/** But for the moment: an answer that was lost makes the sender send again. */
export const isSame = (a: Review, b: Review): boolean => {
  const said = ({ at: _, reviewer, ...rest }: Review): string =>
    digestOf(JSON.stringify(reviewSchema.parse({ ...rest, at: b.at, reviewer: reviewerKey(reviewer) })));
  return said(a) === said(b);
};
