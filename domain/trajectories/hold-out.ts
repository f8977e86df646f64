/** The share of patients or lesions whose rows validate SFT instead of training it. */
import { createRandom } from '../random.ts';

/**
 * Groups of the validation share: everything that shows a case of a group stands on one side.
 *
 * @param groups of all cases, in any order
 */
export function holdOut(groups: ReadonlySet<string>, share: number, seed: number): Set<string> {
  const sorted = [...groups].toSorted();
  return new Set(createRandom(`trajectories/${seed}/validation`).sample(sorted, Math.round(share * sorted.length)));
}
