/** The references that use pictures, and what is said of options that their training did not show. */
import { type ClassLabels, rightFor } from './choose.ts';

export const probes = [
  { name: 'nearest', title: 'Nearest neighbour' },
  { name: 'linear', title: 'Linear probe' },
] as const;
export type ProbeName = (typeof probes)[number]['name'];

const mostNamed = 5;

interface UnseenOptions {
  /** Items of which training has seen no option. */
  items: number;
  /** Null where training has seen all options. */
  words: string | null;
}

/** @param offered the options of each item */
export function unseenOptions(
  offered: readonly (readonly { letter: string; label: string }[])[],
  classes: readonly ClassLabels[],
): UnseenOptions {
  const seen = new Set(classes.flat());
  const labels = new Set(offered.flat().map(({ label }) => label));
  const unseen = [...labels].filter((label) => !seen.has(label)).toSorted();
  if (unseen.length === 0) return { items: 0, words: null };
  const items = offered.filter((options) => !classes.some((each) => rightFor(each, options) !== null)).length;
  const named = unseen.slice(0, mostNamed).join(', ') + (unseen.length > mostNamed ? ', …' : '');
  const guesses =
    items === 0 ? 'are never chosen' : `are never chosen, and ${items} items of such options alone are guessed`;
  return {
    items,
    words: `${unseen.length} of ${labels.size} options were not seen in training (${named}): they ${guesses}`,
  };
}
