/** The share of patients or lesions whose rows validate SFT instead of training it. */
import { createRandom } from '../random.ts';

/** Groups of the validation share: everything that shows a case of a group stands on one side. */
export function holdOut(cases: readonly { group: string }[], share: number, seed: number): Set<string> {
  const groups = [...new Set(cases.map(({ group }) => group))].toSorted();
  return new Set(createRandom(`trajectories/${seed}/validation`).sample(groups, Math.round(share * groups.length)));
}
