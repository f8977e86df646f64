/** Certified cases, on cpu workers. */
import type { Logger } from 'pino';
import { canonicalJson } from '../../domain/artifact.ts';
import type { ReviewActivities, ScoringRecipe } from '../../domain/contracts/narratives.ts';
import type { Scores } from '../../domain/dermeval/dimensions.ts';
import { corrupt, userMistake } from '../../domain/failures.ts';
import type { Narrative } from '../../domain/narratives/narrative.ts';
import { scriptedReviews } from '../../domain/reviews/scripted.ts';
import { concurrently } from '../concurrently.ts';
import { withHeartbeats } from '../heartbeats.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { certify } from './certify.ts';
import { createReviewLog, type ReviewLog } from './review-log.ts';
import { drawReviewSet, readNarratives, reviewedCases, summarise } from './review-set.ts';

export interface ReviewDependencies {
  store: ArtifactStore;
  environment: { scratch: string };
  logger: Logger;
  /** Scores of narratives, by what is known of the generated pictures that they are about. */
  scoreDrawn: (narratives: readonly Narrative[], recipe: ScoringRecipe) => Promise<ReadonlyMap<string, Scores>>;
}

const writesInFlight = 16;

export function createReviewActivities({
  store,
  environment: { scratch },
  logger,
  scoreDrawn,
}: ReviewDependencies): ReviewActivities {
  /** Of the last look: a run that waits looks again and again, and what stands in the store stays as it is. */
  let seen: { of: string; narratives: Narrative[]; log: ReviewLog } | null = null;
  const stateOf: ReviewActivities['readReviews'] = async ({ recipe: { certified }, set }) => {
    const of = canonicalJson({ set: set.sha256, certified });
    if (seen?.of !== of) {
      const narratives = await readNarratives(store, set);
      seen = { of, narratives, log: createReviewLog(store, narratives, certified) };
    }
    const { narratives, log } = seen;
    const state = summarise(reviewedCases(narratives, await log.read(), certified));
    if (state.complete) seen = null; // nobody looks any more
    return state;
  };
  return {
    drawForReview: ({ recipe, narratives }) =>
      withHeartbeats(() =>
        drawReviewSet({ store, scratch }, narratives, { seed: recipe.seed, cases: recipe.certified.cases }),
      ),

    readReviews: (input) => withHeartbeats(() => stateOf(input)),

    reviewByScript: ({ recipe, set }) =>
      withHeartbeats(async () => {
        requireGenerated(recipe);
        const narratives = await readNarratives(store, set);
        const log = createReviewLog(store, narratives, recipe.certified);
        const known = await scoreDrawn(narratives, recipe);
        const reviews = narratives.flatMap(({ id }) => {
          const scores = known.get(id);
          if (!scores) throw corrupt(`nothing is known of the picture of narrative ${id}`);
          return scriptedReviews(id, scores, recipe.certified);
        });
        await concurrently(reviews, writesInFlight, async (review) => {
          if (await log.add(review))
            throw corrupt(
              `${review.reviewer} said something else of ${review.id} before; its rules changed without a new version`,
            );
        });
        return stateOf({ recipe, set });
      }),

    certify: (input) =>
      withHeartbeats(async () => {
        const result = await certify({ store, scratch }, input);
        logger.info({ ...result.counts, by: input.recipe.certified.by }, 'cases certified');
        return result;
      }),
  };
}

function requireGenerated({ data, certified }: Parameters<ReviewActivities['reviewByScript']>[0]['recipe']): void {
  if (certified.by !== 'script')
    throw userMistake(`certified.by is "${certified.by}": reviews come from people, by "dermflow review"`);
  if (data.generate === undefined)
    throw userMistake(
      'certified.by: "script" is for generated pictures alone (data.generate); have people review these, with certified.by: people',
    );
}
