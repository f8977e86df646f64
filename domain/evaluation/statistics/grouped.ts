/** Values that come in groups, e.g. scores of items by patient: twelve bytes per value and four per group. */
import { Column, type Key, Numbering } from '../../rows/columns.ts';

export interface GroupedValue {
  group: Key;
  value: number;
}

/** In the order in which they were added; groups are numbered in the order in which they first occur. */
export class Grouped implements Iterable<GroupedValue> {
  private readonly numbering = new Numbering();
  private readonly groupNumbers = new Column(Int32Array);
  private readonly added = new Column(Float64Array);

  add(group: Key, value: number): void {
    this.groupNumbers.push(this.numbering.of(group));
    this.added.push(value);
  }

  get length(): number {
    return this.added.length;
  }

  get groupCount(): number {
    return this.numbering.count;
  }

  /** Of each value the number of its group. */
  get groups(): Int32Array {
    return this.groupNumbers.all();
  }

  get values(): Float64Array {
    return this.added.all();
  }

  *[Symbol.iterator](): Generator<GroupedValue> {
    for (let at = 0; at < this.length; at += 1) yield { group: this.groupNumbers.at(at), value: this.added.at(at) };
  }

  /** Sum and number of the values of each group. */
  totals(): { sums: Float64Array; counts: Float64Array } {
    const [sums, counts] = [new Float64Array(this.groupCount), new Float64Array(this.groupCount)];
    const { groups, values } = this;
    for (let at = 0; at < values.length; at += 1) {
      const group = groups[at] ?? 0;
      sums[group] = (sums[group] ?? 0) + (values[at] ?? 0);
      counts[group] = (counts[group] ?? 0) + 1;
    }
    return { sums, counts };
  }
}

export function groupedOf(values: Iterable<GroupedValue>): Grouped {
  if (values instanceof Grouped) return values;
  const own = new Grouped();
  for (const { group, value } of values) own.add(group, value);
  return own;
}
