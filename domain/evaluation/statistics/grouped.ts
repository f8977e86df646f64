/**
 * Values that come in groups, e.g. scores of items by patient: of right and wrong ones a byte per value and some ten per
 * group are held.
 */
import { Column, type Key, Numbering } from '../../rows/columns.ts';

export interface GroupedValue {
  group: Key;
  value: number;
}

/** Groups are numbered in the order in which they first occur. */
export class Grouped {
  private readonly numbering = new Numbering();
  private readonly values = new Column();
  private readonly sums = new Column();
  private readonly counts = new Column();
  /** Of each group the first value, and whether it has another one. */
  private readonly firsts = new Column();
  private readonly mixed = new Column();

  add(group: Key, value: number): void {
    this.values.push(value);
    const number = this.numbering.of(group);
    if (number === this.counts.length) {
      this.sums.push(value);
      this.counts.push(1);
      this.firsts.push(value);
      this.mixed.push(0);
      return;
    }
    this.sums.set(number, this.sums.at(number) + value);
    this.counts.set(number, this.counts.at(number) + 1);
    if (value !== this.firsts.at(number)) this.mixed.set(number, 1);
  }

  get length(): number {
    return this.values.length;
  }

  get groupCount(): number {
    return this.numbering.count;
  }

  /** Sums what is made of each value, in the order in which they were added. */
  overValues(make: (value: number) => number): number {
    let sum = 0;
    for (let at = 0; at < this.values.length; at += 1) sum += make(this.values.at(at));
    return sum;
  }

  /** Sums what is made of each group's sum and number of values, in the order of the groups. */
  overGroups(make: (sum: number, count: number) => number): number {
    let total = 0;
    for (let group = 0; group < this.groupCount; group += 1) total += make(this.sumOf(group), this.countOf(group));
    return total;
  }

  /** Of the values of a group. */
  sumOf(group: number): number {
    return this.sums.at(group);
  }

  countOf(group: number): number {
    return this.counts.at(group);
  }

  /** Groups that would have to be left out before all values were the same. */
  groupsThatDiffer(): number {
    const alike = new Map<number, number>();
    let most = 0;
    for (let group = 0; group < this.groupCount; group += 1) {
      if (this.mixed.at(group) === 1) continue;
      const count = (alike.get(this.firsts.at(group)) ?? 0) + 1;
      alike.set(this.firsts.at(group), count);
      most = Math.max(most, count);
    }
    return this.groupCount - most;
  }
}

export function groupedOf(values: Iterable<GroupedValue> | Grouped): Grouped {
  if (values instanceof Grouped) return values;
  const own = new Grouped();
  for (const { group, value } of values) own.add(group, value);
  return own;
}
