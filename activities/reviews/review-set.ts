/** The narratives that people are asked about, drawn by the seed, with what was said of each. */
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { ReviewSet, ReviewState } from '../../domain/contracts/narratives.ts';
import type { Narrative } from '../../domain/narratives/narrative.ts';
import { createRandom } from '../../domain/random.ts';
import type { CertifiedSettings } from '../../domain/recipe/narratives.ts';
import type { Review } from '../../domain/reviews/review.ts';
import { reviewerKey } from '../../domain/reviews/reviewer.ts';
import {
  countStates,
  isComplete,
  type ReviewedCase,
  type ReviewRules,
  stateOfCase,
} from '../../domain/reviews/state.ts';
import { commitOnce } from '../commit-once.ts';
import { toJsonLines } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { readJsonLines } from '../store/rows.ts';

const { narratives: file } = artifactFiles.narratives;

export const readNarratives = (store: ArtifactStore, narratives: ArtifactRef): Promise<Narrative[]> =>
  readJsonLines(store, narratives, file.name, file.schema);

/** Up to `cases` cases, one narrative each, whatever the order in which they were written. */
export async function drawReviewSet(
  store: ArtifactStore,
  narratives: ArtifactRef,
  { seed, cases }: { seed: number } & Pick<CertifiedSettings, 'cases'>,
): Promise<ReviewSet> {
  const work = {
    ...({ kind: 'narratives', method: 'review-set/1', inputs: { narratives: narratives.sha256 } } as const),
    params: { seed, cases },
  };
  const set = await commitOnce(store, work, async () => {
    const drawn = drawNarratives(await readNarratives(store, narratives), seed, cases);
    return { facts: { cases: drawn.length }, files: { [file.name]: toJsonLines(drawn) } };
  });
  return { set, count: (await readNarratives(store, set)).length };
}

export function drawNarratives(all: readonly Narrative[], seed: number, cases: number): Narrative[] {
  const random = createRandom(`reviews/${seed}`);
  const byCase = [...Map.groupBy(all, ({ caseId }) => caseId)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return random
    .sample(byCase, cases)
    .map(([, candidates]) => random.pick(candidates.toSorted((a, b) => (a.id < b.id ? -1 : 1))));
}

/** Each case of the set with what its reviews make of it, in the set's order. Reviews of other narratives do not count. */
export function reviewedCases(
  set: readonly Narrative[],
  reviews: readonly Review[],
  rules: ReviewRules,
): { id: string; narrative: Narrative; reviewed: ReviewedCase }[] {
  const byId = Map.groupBy(reviews, ({ id }) => id);
  return set.map((narrative) => ({
    id: narrative.id,
    narrative,
    reviewed: stateOfCase(byId.get(narrative.id) ?? [], rules),
  }));
}

export function summarise(cases: readonly { reviewed: ReviewedCase }[]): ReviewState {
  const counts = countStates(cases.map(({ reviewed }) => reviewed.state));
  const names = new Map(
    cases.flatMap(({ reviewed }) => reviewed.opinions).map(({ reviewer }) => [reviewerKey(reviewer), reviewer]),
  );
  return { counts, complete: isComplete(counts), reviewers: [...names.values()].toSorted() };
}
