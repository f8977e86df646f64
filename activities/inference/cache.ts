/** Keys and values of the rows that are being decoded. New ones are written behind the others, in place. */

export interface Floats {
  data: Float32Array;
  shape: readonly number[];
}

/** Places for tokens that are added where there are none left, at least. */
const growth = 16;

interface Part {
  /** `[rows, heads, room, width]` */
  data: Float32Array;
  heads: number;
  width: number;
}

export class Cache {
  readonly #parts = new Map<string, Part>();
  /** Tokens of each row. */
  readonly #lengths: number[];
  /** Tokens that there is room for in each row. */
  #room = 0;
  constructor(rows: number) {
    this.#lengths = new Array<number>(rows).fill(0);
  }

  get lengths(): readonly number[] {
    return this.#lengths;
  }

  /** `[end - start, heads, room, width]` by name: of each row as many as it has tokens, and behind them anything. */
  rows(start: number, end: number): Record<string, Floats> {
    const named = [...this.#parts].map(([name, { data, heads, width }]) => {
      const size = heads * this.#room * width;
      const shape = [end - start, heads, this.#room, width];
      return [name, { data: data.subarray(start * size, end * size), shape }] as const;
    });
    return Object.fromEntries(named);
  }

  /** Makes room for so many tokens of each row, and for no more. */
  reserve(tokens: number): void {
    if (tokens > this.#room) this.#grow(tokens);
  }

  /**
   * @param added by name, `[rows, heads, length, width]`
   * @param counts tokens of each of these rows, which are padded behind them
   * @param first row of the cache that the first of these is
   */
  add(added: Readonly<Record<string, Floats>>, counts: readonly number[], first: number): void {
    const longest = Math.max(...counts.map((count, i) => count + (this.#lengths[first + i] ?? 0)));
    if (longest > this.#room) this.#grow(longest + Math.max(growth, longest >> 2));
    for (const [name, { data: values, shape }] of Object.entries(added)) {
      const [, heads = 0, length = 0, width = 0] = shape;
      const { data } = this.#part(name, heads, width);
      for (const [i, count] of counts.entries()) {
        const place = this.#lengths[first + i] ?? 0;
        for (let head = 0; head < heads; head += 1) {
          const from = (i * heads + head) * length * width;
          const to = (((first + i) * heads + head) * this.#room + place) * width;
          data.set(values.subarray(from, from + count * width), to);
        }
      }
    }
    for (const [i, count] of counts.entries()) this.#lengths[first + i] = (this.#lengths[first + i] ?? 0) + count;
  }

  /** Removes a row; the last row takes its place. */
  remove(row: number): void {
    const last = this.#lengths.length - 1;
    for (const { data, heads, width } of this.#parts.values()) {
      const size = heads * this.#room * width;
      data.copyWithin(row * size, last * size, (last + 1) * size);
    }
    this.#lengths[row] = this.#lengths[last] ?? 0;
    this.#lengths.length = last;
  }

  #part(name: string, heads: number, width: number): Part {
    const part = this.#parts.get(name) ?? { data: new Float32Array(0), heads, width };
    if (part.data.length === 0) {
      part.data = new Float32Array(this.#lengths.length * heads * this.#room * width);
      this.#parts.set(name, part);
    }
    return part;
  }

  #grow(room: number): void {
    for (const part of this.#parts.values()) {
      const [from, to] = [this.#room * part.width, room * part.width];
      const blocks = this.#lengths.length * part.heads;
      const larger = new Float32Array(blocks * to);
      for (let i = 0; i < blocks; i += 1) larger.set(part.data.subarray(i * from, (i + 1) * from), i * to);
      part.data = larger;
    }
    this.#room = room;
  }
}
