/** Keys and values of the rows that are being decoded. New ones are written behind the others, in place. */
import { Tensor } from 'onnxruntime-node';

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
  readonly #lengths: number[] = [];
  /** Tokens that there is room for in each row. */
  #room = 0;
  #tensors: Record<string, Tensor> | null = null;

  /**
   * @param added `new.<name>` of the graph over the prompts, `[rows, heads, length, width]`
   * @param lengths tokens of each row
   */
  constructor(added: Readonly<Record<string, Tensor>>, lengths: readonly number[]) {
    for (const [name, { dims }] of Object.entries(added)) {
      const [, heads = 0, , width = 0] = dims;
      this.#parts.set(name.slice('new.'.length), { data: new Float32Array(0), heads, width });
    }
    this.#lengths = lengths.map(() => 0);
    this.add(added, lengths);
  }

  get lengths(): readonly number[] {
    return this.#lengths;
  }

  /** The arrays under the names of the graph's inputs. */
  tensors(): Record<string, Tensor> {
    this.#tensors ??= Object.fromEntries(
      [...this.#parts].map(([name, { data, heads, width }]) => {
        const shape = [this.#lengths.length, heads, this.#room, width];
        const used = shape.reduce((product, size) => product * size, 1);
        return [`past.${name}`, new Tensor('float32', data.subarray(0, used), shape)];
      }),
    );
    return this.#tensors;
  }

  /** @param counts tokens of each row in `added`, which is padded behind them */
  add(added: Readonly<Record<string, Tensor>>, counts: readonly number[]): void {
    const longest = Math.max(...counts.map((count, row) => count + (this.#lengths[row] ?? 0)));
    if (longest > this.#room) this.#grow(longest + Math.max(growth, longest >> 2));
    for (const [name, { data, heads, width }] of this.#parts) {
      const tensor = added[`new.${name}`];
      if (!(tensor?.data instanceof Float32Array)) throw new TypeError(`the graph returned no new.${name}`);
      const length = tensor.dims[2] ?? 0;
      for (const [row, count] of counts.entries()) {
        const place = this.#lengths[row] ?? 0;
        for (let head = row * heads; head < (row + 1) * heads; head += 1) {
          const from = head * length * width;
          data.set(tensor.data.subarray(from, from + count * width), (head * this.#room + place) * width);
        }
      }
    }
    for (const [row, count] of counts.entries()) this.#lengths[row] = (this.#lengths[row] ?? 0) + count;
  }

  /** Removes a row; the last row takes its place. */
  remove(row: number): void {
    const last = this.#lengths.length - 1;
    this.#tensors = null;
    for (const { data, heads, width } of this.#parts.values()) {
      const size = heads * this.#room * width;
      data.copyWithin(row * size, last * size, (last + 1) * size);
    }
    this.#lengths[row] = this.#lengths[last] ?? 0;
    this.#lengths.length = last;
  }

  #grow(room: number): void {
    this.#tensors = null;
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
