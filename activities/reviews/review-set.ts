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
import { rowFiles } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { filterRows, listRows, type Rows } from '../rows.ts';
import { withScratchFolder } from '../scratch.ts';
import { fetchRows, type ReadingFrom, readJsonLines } from '../store/rows.ts';

const { narratives: file } = artifactFiles.narratives;

/** Those of a set: no more than `certified.cases`, which people read. */
export const readNarratives = (store: ArtifactStore, narratives: ArtifactRef): Promise<Narrative[]> =>
  readJsonLines(store, narratives, file.name, file.schema);

/** Up to `cases` cases, one narrative each, whatever the order in which they were written. */
export async function drawReviewSet(
  { store, scratch }: ReadingFrom,
  narratives: ArtifactRef,
  { seed, cases }: { seed: number } & Pick<CertifiedSettings, 'cases'>,
): Promise<ReviewSet> {
  const work = {
    ...({ kind: 'narratives', method: 'review-set/1', inputs: { narratives: narratives.sha256 } } as const),
    params: { seed, cases },
  };
  const set = await withScratchFolder(scratch, 'review-set', (folder) =>
    commitOnce(store, work, async () => {
      const all = await fetchRows(store, narratives, file.name, file.schema, folder);
      const drawn = await drawNarratives(all, seed, cases);
      return { facts: { cases: drawn.length }, files: await rowFiles(folder, { [file.name]: drawn }) };
    }),
  );
  return { set, count: (await readNarratives(store, set)).length };
}

/** Reads them twice: of all of them it holds the ids. */
export async function drawNarratives(all: Rows<Narrative>, seed: number, cases: number): Promise<Narrative[]> {
  const idsOf = new Map<string, string[]>();
  for await (const { id, caseId } of all) {
    const own = idsOf.get(caseId) ?? [];
    idsOf.set(caseId, own);
    own.push(id);
  }
  const random = createRandom(`reviews/${seed}`);
  const byCase = [...idsOf].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const places = new Map(
    random
      .sample(byCase, cases)
      .map(([, ids], place) => [random.pick(ids.toSorted((a, b) => (a < b ? -1 : 1))), place]),
  );
  const drawn = await listRows(filterRows(all, ({ id }) => places.has(id)));
  return drawn.toSorted((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0));
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
