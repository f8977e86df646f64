/** Keys and values of the rows that are being decoded, in place: each step of the graph writes those of its token. */
import { Tensor } from 'onnxruntime-node';

/** The same arrays under the names of the graph's inputs and outputs. */
export interface CacheTensors {
  past: Record<string, Tensor>;
  present: Record<string, Tensor>;
}

/** Places for tokens that are added at once where there are too few. */
const growth = 64;

interface Part {
  /** `[rows, heads, room, width]` */
  data: Float32Array;
  heads: number;
  width: number;
}

export class Cache {
  readonly #parts: Map<string, Part>;
  #rows: number;
  /** Tokens that there is room for in each row. */
  #room: number;
  #tensors: CacheTensors | null = null;

  /** @param present outputs of the graph over the prompts, `present.<name>` as `[rows, heads, length, width]` */
  constructor(present: Readonly<Record<string, Tensor>>) {
    const shapes = Object.entries(present).map(([name, tensor]) => {
      const [rows = 0, heads = 0, length = 0, width = 0] = tensor.dims;
      return { name: name.slice('present.'.length), data: tensor.data as Float32Array, rows, heads, length, width };
    });
    this.#rows = shapes[0]?.rows ?? 0;
    this.#room = shapes[0]?.length ?? 0;
    this.#parts = new Map(shapes.map(({ name, data, heads, width }) => [name, { data, heads, width }]));
  }

  /** The arrays as they are given to the graph, with room for so many tokens. */
  tensors(room: number): CacheTensors {
    if (room > this.#room) this.#grow(room + growth);
    this.#tensors ??= this.#view();
    return this.#tensors;
  }

  /** Removes a row; the last row takes its place. */
  remove(row: number): void {
    this.#rows -= 1;
    this.#tensors = null;
    for (const { data, heads, width } of this.#parts.values()) {
      const size = heads * this.#room * width;
      data.copyWithin(row * size, this.#rows * size, (this.#rows + 1) * size);
    }
  }

  #grow(room: number): void {
    this.#tensors = null;
    for (const [name, { data, heads, width }] of this.#parts) {
      const [from, to] = [this.#room * width, room * width];
      const larger = new Float32Array(this.#rows * heads * to);
      for (let i = 0; i < this.#rows * heads; i += 1) larger.set(data.subarray(i * from, (i + 1) * from), i * to);
      this.#parts.set(name, { data: larger, heads, width });
    }
    this.#room = room;
  }

  #view(): CacheTensors {
    const tensors = [...this.#parts].map(([name, { data, heads, width }]) => {
      const size = this.#rows * heads * this.#room * width;
      return [name, new Tensor('float32', data.subarray(0, size), [this.#rows, heads, this.#room, width])] as const;
    });
    return {
      past: Object.fromEntries(tensors.map(([name, tensor]) => [`past_key_values.${name}`, tensor])),
      present: Object.fromEntries(tensors.map(([name, tensor]) => [`present.${name}`, tensor])),
    };
  }
}
