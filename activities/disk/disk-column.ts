/** Numbers on disk, read and written some thousand at a time: for what is known of each of many answers. */
import { randomUUID } from 'node:crypto';
import { appendFileSync, closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

type Numbers = Int8Array | Uint8Array | Int32Array;

const windowBytes = 16 * 1024;

export class DiskColumn<A extends Numbers = Numbers> {
  private readonly path: string;
  /** Those from `start` on that are being read, and those that are not written yet. */
  private readonly reading: A;
  private readonly writing: A;
  private start = 0;
  private held = 0;
  private written = 0;
  private pending = 0;

  /**
   * @param folder where its file lies as long as the column is used
   * @param make e.g. `Int32Array`
   */
  constructor(folder: string, make: (new (length: number) => A) & { readonly BYTES_PER_ELEMENT: number }) {
    this.path = join(folder, `column-${randomUUID()}`);
    this.reading = new make(windowBytes / make.BYTES_PER_ELEMENT);
    this.writing = new make(windowBytes / make.BYTES_PER_ELEMENT);
  }

  get length(): number {
    return this.written + this.pending;
  }

  push(value: number): void {
    if (this.pending === this.writing.length) {
      const { buffer, byteOffset, byteLength } = this.writing;
      appendFileSync(this.path, new Uint8Array(buffer, byteOffset, byteLength));
      this.written += this.pending;
      this.pending = 0;
    }
    this.writing[this.pending] = value;
    this.pending += 1;
  }

  /** 0 beyond the end. */
  at(index: number): number {
    if (index >= this.written) return index < this.length ? (this.writing[index - this.written] ?? 0) : 0;
    if (index < this.start || index >= this.start + this.held) this.load(index);
    return this.reading[index - this.start] ?? 0;
  }

  /** Of what is written, from a little before a place, since a question may be asked for that came just before. */
  private load(index: number): void {
    const size = this.reading.BYTES_PER_ELEMENT;
    this.start = Math.max(0, index - (this.reading.length >> 3));
    const file = openSync(this.path, 'r');
    try {
      this.held = readSync(file, this.reading, 0, this.reading.byteLength, this.start * size) / size;
    } finally {
      closeSync(file);
    }
  }
}
