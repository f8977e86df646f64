/** The text of a trajectory: reasoning, diagnosis, place in the taxonomy. */
import type { Case } from '../cases/case.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { type PromptProfile, trajectoryPrompt } from '../prompts/prompts.ts';
import { block, conditionNames, tags } from '../questions/tags.ts';
import { type PlannedTrajectory, shownCase } from './plan.ts';
import type { TrajectoryRow } from './row.ts';

/**
 * One row for SFT.
 *
 * @param rho the differential reasoning; required for types 2 and 3
 */
export function composeTrajectory(
  planned: PlannedTrajectory,
  rho: string | null,
  knowledge: Knowledge,
  profile: PromptProfile,
): TrajectoryRow {
  const shown = shownCase(planned);
  const [image] = shown.images;
  if (!image) throw new RangeError(`case ${shown.id} has no image`);
  return {
    id: planned.id,
    type: planned.type,
    image,
    prompt: trajectoryPrompt(planned.type, profile),
    completion: `${block(tags.thinking, thinking(planned, rho))} ${block(tags.diagnosis, conclusion(planned, shown, knowledge))}`,
    diagnosis: shown.diagnosis,
  };
}

function thinking(planned: PlannedTrajectory, rho: string | null): string {
  if (planned.type === 1) return planned.case.rationale;
  if (rho === null) throw new RangeError(`trajectory ${planned.id} has no differential reasoning`);
  const { primary, differential } = planned;
  return compareRationales(primary, differential, rho, shownCase(planned).diagnosis);
}

/** Rule, primary diagnosis, its differential and that one's rule, ρ, conclusion. */
export const compareRationales = (
  primary: { rationale: string; diagnosis: string },
  differential: { rationale: string; diagnosis: string },
  rho: string,
  conclusion: string,
): string =>
  [
    `Based on the rule: ${primary.rationale}`,
    `The primary diagnosis is ${primary.diagnosis}.`,
    `Its differential diagnosis is ${differential.diagnosis}, by the rule: ${differential.rationale}`,
    rho,
    `Therefore, the most likely diagnosis is ${conclusion}.`,
  ].join(' ');

const conclusion = (planned: PlannedTrajectory, shown: Case, knowledge: Knowledge): string =>
  `${shown.diagnosis}${planned.type === 1 ? ',' : '.'} ${taxonomySentence(shown.diagnosis, knowledge)}`;

/** t_f in words: ancestors from the nearest to the root, then the condition; "" where neither is known. */
export function taxonomySentence(diagnosis: string, { taxonomy }: Knowledge): string {
  const ancestors = taxonomy.path(diagnosis).slice(0, -1).toReversed();
  const malignancy = taxonomy.malignancy(diagnosis);
  if (malignancy === null)
    return ancestors.length === 0 ? '' : `${diagnosis} is a subtype of ${listAncestors(ancestors)}.`;
  const classified = `is generally classified as ${conditionNames[malignancy]}.`;
  return ancestors.length === 0
    ? `${diagnosis} ${classified}`
    : `${diagnosis} is a subtype of ${listAncestors(ancestors)}, and ${classified}`;
}

const listAncestors = (ancestors: readonly string[]): string =>
  ancestors.length < 2 ? ancestors.join('') : `${ancestors.slice(0, -1).join(', ')}, and ${ancestors.at(-1)}`;
