/** What reviewers of a run are served: which case comes next, what was said of it, and where a judgement is kept. */
import type { z } from 'zod';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { createReviewLog } from '../../activities/reviews/review-log.ts';
import { readNarratives, reviewedCases, summarise } from '../../activities/reviews/review-set.ts';
import type { ReviewWait } from '../../domain/contracts/narratives.ts';
import { dimensions } from '../../domain/dermeval/dimensions.ts';
import type { Narrative } from '../../domain/narratives/narrative.ts';
import { nextCase, type Task } from '../../domain/reviews/next.ts';
import type { GivenReview, PageState, Saved, ShownCase } from '../../domain/reviews/page.ts';
import { type Review, reviewSchema } from '../../domain/reviews/review.ts';
import {
  isScriptName,
  nameRefusal,
  reviewerKey,
  reviewerName,
  scriptNameRefusal,
} from '../../domain/reviews/reviewer.ts';
import type { ReviewedCase, ReviewRules } from '../../domain/reviews/state.ts';

export interface ReviewService {
  state(reviewer: string): Promise<PageState>;
  /** @param id a certain case, in place of the next one; null where there is none */
  show(reviewer: string, wanted: { id?: string; first?: Task }): Promise<ShownCase | null>;
  save(given: GivenReview): Promise<Saved>;
  /** The picture of a digest, if it is one of a case. */
  picture(sha256: string): Promise<Uint8Array | null>;
  narratives: readonly Narrative[];
}

interface ServiceSource {
  store: ArtifactStore;
  wait: Pick<ReviewWait, 'set' | 'certified'>;
  /** Why the run waits for no reviews any more; null while it does. */
  closed(): Promise<string | null>;
  /** Notifies the run of a review; where that fails the run finds it by itself, later. */
  notify(complete: boolean): void;
  now(): Date;
}

/** How long what was read of the store is fresh at least, and how many times as long as reading it took. */
const fresh = { ms: 1000, times: 10 };

export async function openReviewService({ store, wait, closed, notify, now }: ServiceSource): Promise<ReviewService> {
  const { by, reviewers, settleAbove } = wait.certified;
  const rules: ReviewRules = { by, reviewers, settleAbove };
  const narratives = await readNarratives(store, wait.set);
  const log = createReviewLog(store, narratives, rules);
  let reading: Promise<void> | null = null;
  let freshUntil = 0;
  /**
   * A page asks several things at once, and a list of thousands takes the store a moment. What was saved here is known
   * without one.
   */
  const read = async (again: boolean): Promise<Review[]> => {
    // One that is under way began before now.
    if (again) await reading?.catch(() => {});
    if (again || performance.now() > freshUntil) reading ??= readOn();
    await reading;
    return log.known();
  };
  const readOn = async (): Promise<void> => {
    const from = performance.now();
    try {
      await log.read();
      const now = performance.now();
      freshUntil = now + Math.max(fresh.ms, fresh.times * (now - from));
    } finally {
      reading = null;
    }
  };
  const cases = async (again = false) => reviewedCases(narratives, await read(again), rules);
  const pictures = new Map(narratives.map(({ image }) => [image.sha256, image]));

  return {
    narratives,
    state: async (reviewer) => {
      const all = await cases();
      const has = ({ opinions }: ReviewedCase): boolean => opinions.some(isBy(reviewer));
      const left = all.filter(({ reviewed }) => reviewed.state === 'open' && !has(reviewed)).length;
      return {
        ...summarise(all),
        own: { judged: all.filter(({ reviewed }) => has(reviewed)).length, left },
        refused: nameRefusal(reviewer),
        closed: await closed(),
      };
    },
    show: async (reviewer, { id, first }) => {
      const all = await cases();
      const next = id === undefined ? nextCase(all, reviewer, first) : { id, task: null };
      const found = all.find((each) => each.id === next?.id);
      if (!next || !found) return null;
      const { narrative, reviewed } = found;
      const task = next.task ?? (reviewed.state === 'disagreed' ? 'settle' : 'judge');
      const own = (await read(false)).filter((each) => each.id === found.id && isBy(reviewer)(each));
      return {
        ...{ id: found.id, task, turn: Math.max(0, ...own.map(({ turn }) => turn)) + 1 },
        picture: `pictures/${narrative.image.sha256}`,
        ...{ text: narrative.text, diagnosis: narrative.diagnosis, source: narrative.source },
        own: reviewed.opinions.find(isBy(reviewer)) ?? null,
        opinions: task === 'settle' ? reviewed.opinions : [],
        apart: task === 'settle' ? reviewed.apart.map((key) => dimensions[key].name) : [],
      };
    },
    save: async (given) => {
      const found = (await cases()).find(({ id }) => id === given.id);
      if (!found) return { wrong: `there is no case ${given.id} among those that are reviewed` };
      const end = await closed();
      if (end !== null) return { closed: end };
      const text = given.text?.trim() ?? '';
      const review = reviewSchema.safeParse({
        ...given,
        ...{ reviewer: reviewerName(given.reviewer), kind: 'person', at: timeOf(given.verdict, found.reviewed, now()) },
        text: text === '' || text === found.narrative.text.trim() ? null : text,
        note: given.note?.trim() || null,
      });
      if (!review.success) return { wrong: issueWords(review.error) };
      if (isScriptName(given.reviewer)) return { wrong: `reviewer: ${scriptNameRefusal}` };
      if (given.verdict === 'settled' && found.reviewed.apart.length === 0)
        return { wrong: 'there is nothing left to settle here: the scores agree by now' };
      const standing = await log.add(review.data);
      if (standing) return { conflict: standing };
      // What others have said meanwhile may make a case wait again.
      notify(summarise(await cases()).complete && summarise(await cases(true)).complete);
      return { saved: true };
    },
    picture: async (sha256) => {
      const image = pictures.get(sha256);
      return image ? store.getBlob(image) : null;
    },
  };
}

/** A settlement is never earlier than what it settles, also where the clock of another machine is ahead. */
function timeOf(verdict: Review['verdict'], { opinions }: ReviewedCase, now: Date): string {
  const seen = verdict === 'settled' ? opinions.map(({ at }) => Date.parse(at)) : [];
  return new Date(Math.max(now.getTime(), ...seen)).toISOString();
}

const isBy =
  (reviewer: string) =>
  (review: Review): boolean =>
    reviewerKey(review.reviewer) === reviewerKey(reviewer);

/** The first thing that is wrong, with its field. */
export function issueWords({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join('.') || 'the review'}: ${issue?.message ?? 'is not valid'}`;
}
