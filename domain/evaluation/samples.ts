/** Several sampled answers of one item: their vote, and how likely one of k is right. */
import type { SampledScores } from '../contracts/sampled.ts';
import type { ReaderName, ScoredItem } from './scored.ts';
import { clusteredInterval, type GroupedValue } from './statistics/clustered.ts';

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
 * The answer that most samples give; of equally frequent ones the one that came first. What could not be read has no
 * vote, unless nothing could. Throws a RangeError without samples.
 */
export function voteOf(samples: readonly ScoredItem[], reader: ReaderName = 'strict'): ScoredItem {
  const [first] = samples;
  if (!first) throw new RangeError('a vote needs at least one answer');
  const readable = samples.filter((own) => own[reader].predicted !== null);
  const [winner] = [...Map.groupBy(readable, (own) => own[reader].predicted).values()].toSorted(
    (a, b) => b.length - a.length,
  );
  return winner?.[0] ?? first;
}

/** Each item with its chance that one of k of its answers is right. */
const chances = (items: readonly (readonly ScoredItem[])[], k: number, reader: ReaderName): GroupedValue[] =>
  items.flatMap((samples) =>
    samples.slice(0, 1).map(({ group }) => ({
      group,
      value: passAtK(samples.length, samples.filter((own) => own[reader].correct).length, k),
    })),
  );

const meanOf = (values: readonly GroupedValue[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, { value }) => sum + value, 0) / values.length;

const estimate = (values: readonly GroupedValue[]) => ({
  value: meanOf(values),
  ...clusteredInterval(values, { least: 0, most: 1 }),
});

/** Vote and pass@k with intervals by patient or lesion, where each item has the same number of samples. */
export function sampledScores(items: readonly (readonly ScoredItem[])[]): SampledScores {
  const answers = items[0]?.length ?? 0;
  const vote = (reader: ReaderName) =>
    estimate(
      items.map((samples) => {
        const { group, [reader]: own } = voteOf(samples, reader);
        return { group, value: own.score };
      }),
    );
  const powers = Array.from({ length: Math.ceil(Math.log2(Math.max(1, answers))) }, (_, i) => 2 ** i);
  return {
    answers,
    vote: { strict: vote('strict'), lenient: vote('lenient') },
    passAt: [...powers, answers].map((k) => ({
      k,
      strict: estimate(chances(items, k, 'strict')),
      lenient: estimate(chances(items, k, 'lenient')),
    })),
  };
}
