/** Answers that need no model: what a score must exceed before it says anything. */

import type { ScoredItem } from '../evaluation/scored.ts';
import type { Question } from '../questions/question.ts';
import { block, conditionNames, tags } from '../questions/tags.ts';
import { createRandom } from '../random.ts';
import type { BenchmarkItem } from './benchmark.ts';
import { scoreItem } from './scoring/answer-rules.ts';

export interface Baseline {
  name: 'chance' | 'majority' | 'all-benign' | 'text-only';
  title: string;
  /** Letter of an option; null for an item that this rule has no answer to. */
  answer(item: BenchmarkItem): string | null;
}

/** Guesses among the options, each item by a draw of its own. */
export const chance = (seed: number): Baseline => ({
  name: 'chance',
  title: 'Guessing',
  answer: ({ id, options }) =>
    options.length === 0 ? null : createRandom(`chance/${seed}/${id}`).pick(options).letter,
});

/**
 * Of the options that are offered always the one that is most often right among these; of equal ones the first. Null where
 * there are none to fit it on.
 */
export async function majority(
  fittedOn: AsyncIterable<BenchmarkItem | Question> | Iterable<BenchmarkItem | Question>,
): Promise<Baseline | null> {
  const rights = new Map<string, number>();
  let count = 0;
  for await (const { options, answer } of fittedOn) {
    count += 1;
    const label = options.find(({ letter }) => letter === answer)?.label;
    if (label !== undefined) rights.set(label, (rights.get(label) ?? 0) + 1);
  }
  if (count === 0) return null;
  const rightsOf = (label: string): number => rights.get(label) ?? 0;
  return {
    name: 'majority',
    title: 'Most frequent answer',
    answer: ({ options }) => {
      const [first, ...others] = options;
      if (!first) return null;
      return others.reduce((best, own) => (rightsOf(own.label) > rightsOf(best.label) ? own : best), first).letter;
    },
  };
}

/** "benign" to every picture: the trap of the lesion condition, where most pictures are. */
export const allBenign: Baseline = {
  name: 'all-benign',
  title: 'Always benign',
  answer: ({ kind, options }) =>
    kind === 'lesion-condition' ? (options.find(({ label }) => label === conditionNames.benign)?.letter ?? null) : null,
};

/** The rule's answers as those of a model that keeps the form; items that it has no answer to are left out. */
export const baselineItems = (items: readonly BenchmarkItem[], { answer }: Pick<Baseline, 'answer'>): ScoredItem[] =>
  items.flatMap((item) => {
    const letter = answer(item);
    return letter === null ? [] : [scoreItem(item, `${block(tags.thinking, 'none')} ${block(tags.final, letter)}`)];
  });
