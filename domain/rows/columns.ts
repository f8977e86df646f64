/** Lists of numbers that grow: for what is known of each of many rows. */

/** Wherever it is kept. */
export interface NumberList {
  readonly length: number;
  push(value: number): void;
  at(index: number): number;
}

/** From narrow to wide; the last holds any number. */
const widths = [Int8Array, Int16Array, Int32Array, Float64Array] as const;
type Chunk = InstanceType<(typeof widths)[number]>;

const chunkBits = 14;
const chunkLength = 2 ** chunkBits;
const firstLength = 64;

/**
 * Numbers in as few bytes each as those near them need: 1 for what is right or wrong, 2 for labels, 4 for groups. They lie
 * in chunks, since a list that is copied when it grows leaves as much garbage as it holds, which V8 collects late.
 */
export class Column implements NumberList {
  private readonly chunks: Chunk[] = [];
  private filled = 0;

  get length(): number {
    return this.filled;
  }

  push(value: number): void {
    const place = this.filled & (chunkLength - 1);
    const last = this.chunks.at(-1);
    if (!last) this.chunks.push(new Int8Array(firstLength));
    else if (place === 0) this.chunks.push(copyOf([], widthOf(last), chunkLength));
    else if (place === last.length) this.chunks[0] = copyOf(last, widthOf(last), 2 * place);
    this.filled += 1;
    this.set(this.filled - 1, value);
  }

  /** Of a place that was pushed. */
  set(index: number, value: number): void {
    const [number, place] = [index >> chunkBits, index & (chunkLength - 1)];
    let chunk = this.chunks[number];
    if (!chunk) return;
    chunk[place] = value;
    if (chunk[place] === value) return;
    for (let width = widthOf(chunk) + 1; chunk[place] !== value && width < widths.length; width += 1) {
      chunk = copyOf(chunk, width, chunk.length);
      chunk[place] = value;
      this.chunks[number] = chunk;
    }
  }

  /** 0 beyond the end. */
  at(index: number): number {
    return this.chunks[index >> chunkBits]?.[index & (chunkLength - 1)] ?? 0;
  }
}

const widthOf = (chunk: Chunk): number => widths.findIndex((width) => chunk instanceof width);

function copyOf(numbers: ArrayLike<number>, width: number, length: number): Chunk {
  const copy = new (widths[width] ?? Float64Array)(length);
  copy.set(numbers);
  return copy;
}

/** What stands for a thing: a text, or a small whole number in its place, which takes four bytes where a text takes fifty. */
export type Key = string | number;

/** Numbers keys from 0 in the order in which they come first. */
export class Numbering {
  /** Texts, and numbers that are high beside how many there are. */
  private readonly rare = new Map<Key, number>();
  /** Of the other numbers one more than their number; 0 where one did not come. */
  private readonly dense = new Column();
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

  /** How many different texts came. */
  get count(): number {
    return this.texts.length;
  }

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
