/** From what a probe says of each class to an option of an item: the classes of training are not the options. */
import type { BenchmarkItem } from '../benchmarks/benchmark.ts';
import type { Case } from '../cases/case.ts';
import type { Taxonomy } from '../knowledge/taxonomy.ts';
import { conditionNames } from '../questions/tags.ts';

/** What is true of the pictures of one class, from coarse to fine. */
export type ClassLabels = readonly string[];

/** What a probe is fitted to say: the lesion's condition, or its diagnosis. */
const probeTargets = ['condition', 'diagnosis'] as const;
export type ProbeTarget = (typeof probeTargets)[number];

export const targetOf = ({ kind }: Pick<BenchmarkItem, 'kind'>): ProbeTarget =>
  kind === 'lesion-condition' ? 'condition' : 'diagnosis';

export const classLabels = (
  target: ProbeTarget,
  { path, malignancy }: Pick<Case, 'path' | 'malignancy'>,
): ClassLabels => (target === 'condition' ? [conditionNames[malignancy]] : path);

/** The options of an item by the names that classes have; a label that the taxonomy does not know stays as it is. */
export const knownOptions = (
  { options, kind }: Pick<BenchmarkItem, 'options' | 'kind'>,
  taxonomy: Taxonomy,
): { letter: string; label: string }[] =>
  options.map(({ letter, label }) => {
    if (kind === 'lesion-condition') return { letter, label };
    const found = taxonomy.resolve(label);
    return { letter, label: found?.exactness === 'exact' ? found.name : label };
  });

/** The option that is right for a picture of this class: of those that are true of it the finest; null: none is. */
export function rightFor(labels: ClassLabels, options: readonly { letter: string; label: string }[]): string | null {
  const finest = labels.findLast((label) => options.some((option) => option.label === label));
  return options.find(({ label }) => label === finest)?.letter ?? null;
}

/**
 * The option that the most speaks for, of equal ones the first; null where none is true of any class.
 *
 * @param scores of each class
 * @param combine `sum` of probabilities, or the `most` of similarities
 */
export function chooseOption(
  options: readonly { letter: string; label: string }[],
  classes: readonly ClassLabels[],
  scores: Float32Array,
  combine: 'sum' | 'most',
): string | null {
  const byLetter = new Map<string, number>();
  for (const [k, labels] of classes.entries()) {
    const letter = rightFor(labels, options);
    const score = scores[k] ?? Number.NEGATIVE_INFINITY;
    if (letter === null || score === Number.NEGATIVE_INFINITY) continue;
    const before = byLetter.get(letter);
    byLetter.set(letter, before === undefined ? score : combine === 'sum' ? before + score : Math.max(before, score));
  }
  let best: string | null = null;
  for (const { letter } of options) {
    const score = byLetter.get(letter);
    if (score !== undefined && (best === null || score > (byLetter.get(best) ?? 0))) best = letter;
  }
  return best;
}
