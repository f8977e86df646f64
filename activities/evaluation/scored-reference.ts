/** What is stored of a reference, which answers without a language model: its items and their summary. */
import type { ScoredItem } from '../../domain/evaluation/scored.ts';
import type { Rows } from '../rows.ts';
import { benchmarkFiles } from './benchmark-files.ts';
import { scoreFacts } from './evaluate-benchmark.ts';
import { summariseRows } from './score-tally.ts';
import type { Scoring } from './sources.ts';

/**
 * @param described facts of the row beside its scores; `shown` says what of the pictures it saw
 * @param folder stands until the files are stored
 */
export async function scoredReference(
  benchmark: Scoring,
  scored: Rows<ScoredItem>,
  described: Record<string, string | boolean> & { shown: 'real' | 'grey' },
  folder: string,
) {
  const summary = await summariseRows(benchmark, scored);
  return {
    facts: { ...scoreFacts(summary), ...described, samples: 1 },
    files: await benchmarkFiles(folder, summary, { items: scored }),
  };
}
