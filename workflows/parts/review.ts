import { condition, defineQuery, defineSignal, log, setHandler, upsertMemo, workflowInfo } from '@temporalio/workflow';
import type { ArtifactRef } from '../../domain/artifact.ts';
import type {
  CertifiedResult,
  ReviewAnswer,
  ReviewState,
  ReviewWait,
  ScoringRecipe,
} from '../../domain/contracts/narratives.ts';
import { memo, queries, signals } from '../../domain/names.ts';
import type { CertifiedSettings } from '../../domain/recipe/narratives.ts';
import { countWords, peopleWords } from '../../domain/reviews/state.ts';
import { utcMinute } from '../../domain/words.ts';
import { certify, drawForReview, readReviews, reviewByScript } from '../activities.ts';
import type { Progress } from '../progress.ts';

export type ReviewRecipe = ScoringRecipe & { certified: CertifiedSettings };

export const reviewQuery = defineQuery<ReviewAnswer>(queries.review);
export const reviewedSignal = defineSignal<[complete: boolean]>(signals.reviewed);

const [minute, hour] = [60_000, 3_600_000];

/**
 * How long nobody looks again after a look. A look leaves some fifteen events in the history, and days of reviewing have
 * thousands of signals: what is long grows slower, so that it stays below Temporal's limit of 51,200 events for a year.
 */
const lull = (events: number): number => (events < 20_000 ? minute : events < 35_000 ? hour : 12 * hour);

/**
 * Draws the narratives that people are asked about, waits until they are reviewed, by people through `dermflow review` or
 * by a program, and certifies them. Null where the recipe wants none.
 */
export async function reviewed(
  recipe: ReviewRecipe,
  narratives: ArtifactRef,
  progress: Progress,
): Promise<CertifiedResult | null> {
  const { seed, certified, prompts } = recipe;
  let answer: ReviewAnswer = { nobody: 'its recipe asks for no certified cases (certified.cases is 0)' };
  setHandler(reviewQuery, () => answer);
  if (certified.cases === 0) return null;
  answer = { nobody: 'its cases are being drawn' };
  const { set, count } = await drawForReview({ recipe: { seed, certified }, narratives });
  if (count === 0) {
    answer = { nobody: 'it has no narratives' };
    return null;
  }
  const wait: ReviewWait = { set, count, certified, state: null, waiting: certified.by === 'people', reminders: 0 };
  answer = wait;
  if (certified.by === 'script') {
    progress.say('review', `${count} cases reviewed by a program in place of people`);
    wait.state = await reviewByScript({ recipe, set });
  } else {
    await untilReviewed(wait, progress).catch((error: unknown) => {
      progress.say(
        'review',
        `waits no more: ${wait.state ? countWords(wait.state.counts) : 'nothing was seen yet'}; all reviews are kept`,
      );
      throw error;
    });
  }
  // A judgement that comes now may make a case wait again: certifying is tried until it is settled.
  const result = await certify({ recipe: { seed, prompts, certified }, set });
  if (wait.waiting) list(null);
  wait.waiting = false;
  const { skipped, settled, train, bench } = result.counts;
  const by = certified.by === 'script' ? ' by a program' : '';
  progress.say(
    'review',
    `${result.counts.certified} certified${by}, ${train} to train and ${bench} for DermBench; ${settled} settled, ${skipped} skipped`,
  );
  return result;
}

/**
 * Looks at the store when the page says that something was reviewed, and by a timer, so that a lost signal delays and
 * loses nothing. The timer also reminds.
 */
async function untilReviewed(wait: ReviewWait, progress: Progress): Promise<void> {
  const { set, certified } = wait;
  let [notified, complete] = [false, false];
  setHandler(reviewedSignal, (isComplete: unknown) => {
    notified = true;
    wait.toldAt = Date.now();
    complete ||= isComplete === true; // any client may signal
  });
  const since = Date.now();
  const remindEvery = certified.remindEveryHours * hour;
  let remindAt = since + remindEvery;
  for (;;) {
    [notified, complete] = [false, false];
    wait.state = await readReviews({ recipe: { certified }, set });
    if (wait.state.complete) return;
    if (Date.now() >= remindAt) {
      wait.reminders += 1;
      remindAt = Date.now() + remindEvery;
      log.warn(`run ${workflowInfo().workflowId} ${waitWords(wait, wait.state, since)}`);
    }
    progress.say('review', waitWords(wait, wait.state, since));
    list(`waits for reviews: ${countWords(wait.state.counts)}; ${command()}`);
    const wasNotified = await condition(
      () => notified,
      Math.max(lull(workflowInfo().historyLength), remindAt - Date.now()),
    );
    // What came by then is seen by one look.
    if (wasNotified)
      await condition(() => complete && workflowInfo().historyLength < 35_000, lull(workflowInfo().historyLength));
  }
}

const command = (): string => `dermflow review ${workflowInfo().workflowId}`;

/** Who has to do what, since when, by which command. */
const waitWords = ({ certified, reminders }: ReviewWait, { counts, reviewers }: ReviewState, since: number): string =>
  [
    `waits for reviews since ${utcMinute(since)}: ${countWords(counts)}`,
    peopleWords(certified.reviewers, reviewers),
    ...(reminders > 0 ? [`reminded ${reminders} ${reminders === 1 ? 'time' : 'times'}`] : []),
    command(),
  ].join('; ');

/** For `list`, which asks no run: in the memo. */
const list = (words: string | null): void => upsertMemo({ [memo.waits]: words });
