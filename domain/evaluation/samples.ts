/** Several sampled answers of one item: their vote, and how likely one of k is right. */
import type { ReaderName, ScoredItem } from './scored.ts';

/**
 * Chance that at least one of k answers is right, from n answers of which c are (Chen et al. 2021, unbiased):
 * 1 - C(n - c, k) / C(n, k). Throws a RangeError unless 1 <= k <= n and 0 <= c <= n.
 */
export function passAtK(n: number, c: number, k: number): number {
  if (!(k >= 1 && k <= n && c >= 0 && c <= n)) throw new RangeError(`no pass@${k} of ${c} right answers among ${n}`);
  let wrong = 1;
  for (let i = n - c + 1; i <= n; i += 1) wrong *= Math.max(0, 1 - k / i);
  return 1 - wrong;
}

/**
 * The answer that most samples give, by the strict reader; of equally frequent ones the one that came first. What could
 * not be read has no vote, unless nothing could. Throws a RangeError without samples.
 */
export function voteOf(samples: readonly ScoredItem[]): ScoredItem {
  const [first] = samples;
  if (!first) throw new RangeError('a vote needs at least one answer');
  const readable = samples.filter(({ strict }) => strict.predicted !== null);
  const [winner] = [...Map.groupBy(readable, ({ strict }) => strict.predicted).values()].toSorted(
    (a, b) => b.length - a.length,
  );
  return winner?.[0] ?? first;
}

/** Mean of `passAtK` over items, each with its samples; 0 without items. */
export function meanPassAtK(
  items: readonly (readonly ScoredItem[])[],
  k: number,
  reader: ReaderName = 'strict',
): number {
  const each = items.map((samples) => passAtK(samples.length, samples.filter((own) => own[reader].correct).length, k));
  return each.length === 0 ? 0 : each.reduce((sum, value) => sum + value, 0) / each.length;
}
