/** Which narratives become training cases, by their scores. */
import type { NarrativesSettings } from '../recipe/narratives.ts';

export interface Candidate {
  id: string;
  caseId: string;
  /** Of the six dimensions; null where one is missing. */
  mean: number | null;
}

/**
 * Of each case the best candidate, of these those with at least the threshold, and of these the best ones. Equal means go
 * by ids, in code units.
 *
 * @param candidates read once
 */
export function chooseBest(
  candidates: Iterable<Candidate>,
  { threshold, top }: NarrativesSettings['keep'],
): Map<string, number> {
  const best = new Map<string, { id: string; mean: number }>();
  for (const { id, caseId, mean } of candidates) {
    if (mean === null || (threshold !== null && mean < threshold)) continue;
    const known = best.get(caseId);
    if (!known || isBetter({ id, mean }, known)) best.set(caseId, { id, mean });
  }
  const sorted = [...best.values()].toSorted((a, b) => (isBetter(a, b) ? -1 : 1));
  return new Map(sorted.slice(0, top ?? sorted.length).map(({ id, mean }) => [id, mean]));
}

const isBetter = (a: { id: string; mean: number }, b: { id: string; mean: number }): boolean =>
  a.mean === b.mean ? a.id < b.id : a.mean > b.mean;
