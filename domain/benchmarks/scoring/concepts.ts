/** Signs that an answer names, against those that experts noted. */
import type { ScoredItem } from '../../evaluation/scored.ts';
import type { BenchmarkItem } from '../benchmark.ts';
import { namedConcepts } from './concept-names.ts';
import { identityOf } from './scorers.ts';

/** F1 of the concepts named; 1 where none is there and none is named. */
export function conceptF1(expected: readonly string[], named: readonly string[]): number {
  if (expected.length + named.length === 0) return 1;
  const hits = named.filter((concept) => expected.includes(concept)).length;
  return (2 * hits) / (expected.length + named.length);
}

export function scoreConcepts(item: BenchmarkItem, output: string): ScoredItem {
  const { strict, lenient } = namedConcepts(output);
  const reading = (named: readonly string[]) => ({
    letter: null,
    predicted: named.join('; ') || null,
    correct: conceptF1(item.concepts, named) === 1,
    score: conceptF1(item.concepts, named),
  });
  return {
    ...identityOf(item),
    output,
    expected: item.concepts.join('; '),
    strict: reading(strict),
    lenient: reading(lenient),
    unreadable: strict.length > 0 ? null : output.trim() === '' ? 'empty' : 'no option named',
    conditionCorrect: null,
    concepts: { expected: item.concepts, strict, lenient },
  };
}
