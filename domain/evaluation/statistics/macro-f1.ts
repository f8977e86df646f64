/** Macro-F1 with an interval by whole groups: the jackknife that leaves out one patient or lesion at a time. */
import { Column, type Key, Numbering, Texts } from '../../rows/columns.ts';
import { type Interval, wilson } from './clustered.ts';
import { tQuantile } from './student-t.ts';

export interface Classified {
  expected: string;
  /** Null: no answer could be read; wrong for every label. */
  predicted: string | null;
}

export interface GroupedPrediction extends Classified {
  group: Key;
}

/** Hits, expected and predicted of each label, in the order in which labels first occur. */
class Counts {
  readonly labels = new Texts();
  readonly hits = new Column();
  readonly expected = new Column();
  readonly predicted = new Column();

  add(classified: Classified): void {
    const expected = this.numberOf(classified.expected);
    const predicted = this.numberOf(classified.predicted);
    this.expected.set(expected, this.expected.at(expected) + 1);
    if (predicted >= 0) this.predicted.set(predicted, this.predicted.at(predicted) + 1);
    if (predicted === expected) this.hits.set(expected, this.hits.at(expected) + 1);
  }

  private numberOf(label: string | null): number {
    const number = this.labels.numberOf(label);
    if (number === this.hits.length) for (const column of [this.hits, this.expected, this.predicted]) column.push(0);
    return number;
  }
}

/** Mean of F1 over the labels that occur as the right answer (the paper's reading: two classes in Derm7pt); 0 where none does. */
export function macroF1(predictions: Iterable<Classified>): number {
  const counts = new Counts();
  for (const prediction of predictions) counts.add(prediction);
  return meanOf(termsOf(counts));
}

/** F1 of each label; -1 of one that is never the right answer. */
function termsOf({ hits, expected, predicted }: Counts): Float64Array {
  return Float64Array.from({ length: hits.length }, (_, label) =>
    termOf(hits.at(label), expected.at(label), predicted.at(label)),
  );
}

const termOf = (hits: number, expected: number, predicted: number): number =>
  expected === 0 ? -1 : (2 * hits) / (expected + predicted);

function meanOf(terms: Float64Array): number {
  let [sum, labels] = [0, 0];
  for (const term of terms) {
    if (term < 0) continue;
    labels += 1;
    sum += term;
  }
  return labels === 0 ? 0 : sum / labels;
}

interface MacroF1 extends Interval {
  value: number;
  /** Of the jackknife; Infinity for one group. */
  standardError: number;
}

/**
 * Macro-F1 over the labels that occur as the right answer. The interval is that of t with the groups less one as degrees
 * of freedom, cut to [0, 1]. Where every group agrees it allows for groups that were not seen, as `clusteredInterval`
 * does; of one group, or of nothing, it is [0, 1]. Some twelve bytes of memory per prediction, which are read once, and
 * twelve per group.
 */
export function macroF1Interval(predictions: Iterable<GroupedPrediction>): MacroF1 {
  const counts = new Counts();
  const numbering = new Numbering();
  const [group, expected, predicted] = [new Column(), new Column(), new Column()];
  for (const prediction of predictions) {
    counts.add(prediction);
    group.push(numbering.of(prediction.group));
    expected.push(counts.labels.numberOf(prediction.expected));
    predicted.push(counts.labels.numberOf(prediction.predicted));
  }
  const terms = termsOf(counts);
  const value = meanOf(terms);
  const groups = numbering.count;
  if (groups < 2) return { value, low: 0, high: 1, standardError: Number.POSITIVE_INFINITY };
  const without = leaveOneOut(counts, terms, { group, expected, predicted }, groups);
  const mean = without.reduce((sum, each) => sum + each, 0) / groups;
  const squares = without.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const standardError = Math.sqrt(((groups - 1) / groups) * squares);
  const t = tQuantile(0.975, groups - 1);
  if (standardError < 1e-12) {
    const unseen = wilson(0, groups, t).high;
    return { value, standardError, low: value - unseen * value, high: value + unseen * (1 - value) };
  }
  return {
    value,
    standardError,
    low: Math.max(0, value - t * standardError),
    high: Math.min(1, value + t * standardError),
  };
}

/** Macro-F1 without each group: the terms of the group's own labels are computed again, all others stay. */
function leaveOneOut(
  { hits, expected, predicted }: Counts,
  terms: Float64Array,
  items: Record<'group' | 'expected' | 'predicted', Column>,
  groups: number,
): Float64Array {
  const { starts, order } = sortByGroup(items.group, groups);
  const less = { hits: new Int32Array(terms.length), expected: new Int32Array(terms.length) };
  const lessPredicted = new Int32Array(terms.length);
  return Float64Array.from({ length: groups }, (_, own) => {
    const touched = new Set<number>();
    for (let at = starts[own] ?? 0; at < (starts[own + 1] ?? 0); at += 1) {
      const item = order[at] ?? 0;
      const [right, chosen] = [items.expected.at(item), items.predicted.at(item)];
      touched.add(right);
      less.expected[right] = (less.expected[right] ?? 0) + 1;
      if (chosen === right) less.hits[right] = (less.hits[right] ?? 0) + 1;
      if (chosen < 0) continue;
      touched.add(chosen);
      lessPredicted[chosen] = (lessPredicted[chosen] ?? 0) + 1;
    }
    const kept = [...touched].map((label) => [label, terms[label] ?? 0] as const);
    for (const label of touched) {
      const left = expected.at(label) - (less.expected[label] ?? 0);
      terms[label] = termOf(
        hits.at(label) - (less.hits[label] ?? 0),
        left,
        predicted.at(label) - (lessPredicted[label] ?? 0),
      );
      [less.expected[label], less.hits[label], lessPredicted[label]] = [0, 0, 0];
    }
    const mean = meanOf(terms);
    for (const [label, term] of kept) terms[label] = term;
    return mean;
  });
}

/** Positions of the items by their group, and where each group's begin. */
function sortByGroup(group: Column, groups: number): { starts: Int32Array; order: Int32Array } {
  const starts = new Int32Array(groups + 1);
  for (let at = 0; at < group.length; at += 1) starts[group.at(at)] = (starts[group.at(at)] ?? 0) + 1;
  for (let own = 0; own < groups; own += 1) starts[own + 1] = (starts[own + 1] ?? 0) + (starts[own] ?? 0);
  const order = new Int32Array(group.length);
  // Now each start is the end of its group; from the last item on it is brought forward.
  for (let at = group.length - 1; at >= 0; at -= 1) {
    const place = (starts[group.at(at)] ?? 0) - 1;
    starts[group.at(at)] = place;
    order[place] = at;
  }
  return { starts, order };
}
