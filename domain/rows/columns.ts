/** Lists of numbers that grow, of as many bytes per number as their array has: for what is known of each of many rows. */

type Numbers = Int8Array | Uint8Array | Int32Array | Float64Array;

export class Column<A extends Numbers = Numbers> {
  private held: A;
  private filled = 0;
  private readonly make: new (
    length: number,
  ) => A;

  /** @param make e.g. `Int32Array` */
  constructor(make: new (length: number) => A) {
    this.make = make;
    this.held = new make(256);
  }

  get length(): number {
    return this.filled;
  }

  push(value: number): void {
    if (this.filled === this.held.length) {
      const more = new this.make(2 * this.filled);
      more.set(this.held);
      this.held = more;
    }
    this.held[this.filled] = value;
    this.filled += 1;
  }

  set(index: number, value: number): void {
    this.held[index] = value;
  }

  /** 0 beyond the end. */
  at(index: number): number {
    return this.held[index] ?? 0;
  }

  /** What was pushed; not a copy. */
  all(): A {
    return this.held.subarray(0, this.filled) as A; // of the same kind
  }
}

/** What stands for a thing: a text, or a small whole number in its place, which takes four bytes where a text takes fifty. */
export type Key = string | number;

/** Numbers keys from 0 in the order in which they come first. */
export class Numbering {
  /** Texts, and numbers that are high beside how many there are. */
  private readonly rare = new Map<Key, number>();
  /** Of the other numbers one more than their number; 0 where one did not come. */
  private readonly dense = new Column(Int32Array);
  private known = 0;

  /** How many different keys came. */
  get count(): number {
    return this.known;
  }

  /** The number of a key, a new one where it has none. */
  of(key: Key): number {
    const found = this.find(key);
    if (found >= 0) return found;
    this.known += 1;
    if (typeof key === 'string' || key > sparsest * (this.known + 64)) this.rare.set(key, this.known - 1);
    else {
      while (this.dense.length <= key) this.dense.push(0);
      this.dense.set(key, this.known);
    }
    return this.known - 1;
  }

  /** -1 where the key did not come. */
  find(key: Key): number {
    const dense = typeof key === 'string' ? 0 : this.dense.at(key);
    return dense > 0 ? dense - 1 : (this.rare.get(key) ?? -1);
  }
}

/** A place for so many keys may be left empty for each that came. */
const sparsest = 16;

/** The few texts of a column by their numbers, e.g. the labels of many answers. */
export class Texts {
  private readonly numbering = new Numbering();
  private readonly texts: string[] = [];

  /** -1 of null. */
  numberOf(text: string | null): number {
    if (text === null) return -1;
    const number = this.numbering.of(text);
    if (number === this.texts.length) this.texts.push(text);
    return number;
  }

  textOf(number: number): string | null {
    return this.texts[number] ?? null;
  }
}
