/** Several sampled answers of one item: their vote, and how likely one of k is right. */
import type { SampledScores } from '../contracts/sampled.ts';
import { Column } from '../rows/columns.ts';
import { type ReaderName, readers, type ScoredItem } from './scored.ts';
import { clusteredInterval } from './statistics/clustered.ts';
import { Grouped } from './statistics/grouped.ts';

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

/** Items with their answers, of each of which some ten numbers are held. */
export class SampledItems {
  private readonly groups = new Column();
  private readonly answers = new Column();
  private readonly found: Record<ReaderName, { vote: Column; right: Column }> = {
    strict: { vote: new Column(), right: new Column() },
    lenient: { vote: new Column(), right: new Column() },
  };

  /** An item has the same number of samples as every other one, and one at least. */
  add(group: number, samples: readonly ScoredItem[]): void {
    this.groups.push(group);
    this.answers.push(samples.length);
    for (const reader of readers) {
      this.found[reader].vote.push(voteOf(samples, reader)[reader].score);
      this.found[reader].right.push(samples.filter((own) => own[reader].correct).length);
    }
  }

  /** Vote and pass@k with intervals by patient or lesion. */
  scores(): SampledScores {
    const answers = this.answers.at(0);
    const powers = Array.from({ length: Math.ceil(Math.log2(Math.max(1, answers))) }, (_, i) => 2 ** i);
    const vote = (reader: ReaderName) => this.estimate((at) => this.found[reader].vote.at(at));
    const passAt = (reader: ReaderName, k: number) =>
      this.estimate((at) => passAtK(this.answers.at(at), this.found[reader].right.at(at), k));
    return {
      answers,
      vote: { strict: vote('strict'), lenient: vote('lenient') },
      passAt: [...powers, answers].map((k) => ({ k, strict: passAt('strict', k), lenient: passAt('lenient', k) })),
    };
  }

  private estimate(valueAt: (at: number) => number): { value: number; low: number; high: number } {
    const values = new Grouped();
    for (let at = 0; at < this.groups.length; at += 1) values.add(this.groups.at(at), valueAt(at));
    const value = values.length === 0 ? 0 : values.overValues((own) => own) / values.length;
    return { value, ...clusteredInterval(values, { least: 0, most: 1 }) };
  }
}
