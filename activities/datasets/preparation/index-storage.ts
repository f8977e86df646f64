/** An index of perceptual hashes in files of a folder; memory holds one piece of each that is written or read. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type IndexStorage, type ListName, listNames } from '../../../domain/cases/near-duplicates.ts';
import { hashSide } from '../../../domain/cases/perceptual-hash.ts';
import { type ByteFile, heldIn } from '../../../domain/cases/views/byte-file.ts';
import { type ListStorage, recordBytes } from '../../../domain/cases/views/hash-lists.ts';
import { sortingParts } from '../../../domain/cases/views/sort-rows.ts';
import { hashTables } from '../../../domain/cases/views/view-hash.ts';

/** Bytes that are read at once. Hashes that are looked for are some thousand of a table: their starts lie near each other, their lists do not. */
const readAhead = { records: 64 * recordBytes, starts: 16 * 1024, rows: 2048, parts: 0 };
const pieceBytes = 256 * 1024;
const writtenBytes = 16 * 1024;
const hashBytes = hashSide ** 2;

export interface DiskIndexStorage extends IndexStorage {
  /** Keeps the next hash, which `hashAt` finds. */
  keepHash(hash: string): void;
  close(): void;
}

export function openIndexStorage(folder: string): DiskIndexStorage {
  const opened: DiskFile[] = [];
  const free: Buffer[] = [];
  const openFile = (name: string, ahead: number): DiskFile => {
    const file = openDiskFile(join(folder, `hashes-${name}`), ahead, free);
    opened.push(file);
    return file;
  };
  const hashes = openFile('all', 8 * hashBytes);
  const parts = Array.from({ length: sortingParts }, (_, part) => openFile(`part-${part}`, readAhead.parts));
  const listsOf = (list: ListName): ListStorage => ({
    records: openFile(list, readAhead.records),
    tables: Array.from({ length: hashTables }, (_, table) => ({
      starts: openFile(`${list}-${table}-starts`, readAhead.starts),
      rows: openFile(`${list}-${table}-rows`, readAhead.rows),
    })),
    parts,
  });
  return {
    keepHash: (hash) => hashes.append(Buffer.from(hash, 'latin1')),
    hashAt: (position) => {
      const at = hashes.find(position * hashBytes, hashBytes);
      const { buffer, byteOffset } = hashes.held.bytes;
      return Buffer.from(buffer, byteOffset + at, hashBytes).toString('latin1');
    },
    lists: Object.fromEntries(listNames.map((name) => [name, listsOf(name)])) as DiskIndexStorage['lists'], // one for each
    turn: () => setImmediate(),
    close: () => {
      for (const file of opened) closeSync(file.descriptor);
    },
  };
}

interface DiskFile extends ByteFile {
  descriptor: number;
}

/**
 * @param ahead bytes that are read at once at least, a multiple of four
 * @param free memory for pieces that nobody reads now
 */
function openDiskFile(path: string, ahead: number, free: Buffer[]): DiskFile {
  const descriptor = openSync(path, 'w+');
  let onDisk = 0;
  let writing = Buffer.alloc(0);
  let written = 0;
  const write = (bytes: Uint8Array, count: number): void => {
    for (const end = onDisk + count; onDisk < end; )
      onDisk += writeSync(descriptor, bytes, count - (end - onDisk), end - onDisk, onDisk);
  };
  const flush = (): void => {
    write(writing, written);
    written = 0;
  };
  let held = heldIn(new Uint8Array(0));
  let [start, end] = [0, 0];
  return {
    descriptor,
    append: (bytes) => {
      if (written + bytes.byteLength > writing.length) flush();
      if (bytes.byteLength > writtenBytes) {
        write(bytes, bytes.byteLength);
        return;
      }
      if (writing.length === 0) writing = Buffer.allocUnsafeSlow(writtenBytes);
      writing.set(bytes, written);
      written += bytes.byteLength;
    },
    find: (from, count) => {
      if (from >= start && from + count <= end) return from - start;
      flush();
      if (held.bytes.length < Math.max(count, ahead))
        held = heldIn(Buffer.allocUnsafeSlow(Math.ceil(Math.max(count, ahead) / 4) * 4));
      start = from;
      end = from + readSync(descriptor, held.bytes, 0, held.bytes.length, from);
      return 0;
    },
    get held() {
      return held;
    },
    pieces: (unit) => {
      flush();
      return onDisk === 0 ? noPieces : piecesOf(path, unit, onDisk, free);
    },
    clear: () => {
      [written, onDisk, start, end] = [0, 0, 0, 0]; // its bytes are written over
    },
  };
}

const noPieces: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: async function* () {} };

/** @param length bytes that are read, a multiple of `unit` */
async function* piecesOf(path: string, unit: number, length: number, free: Buffer[]): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  const memory = free.pop() ?? Buffer.allocUnsafeSlow(pieceBytes); // of its own, which begins at a multiple of four
  try {
    const most = Math.floor(pieceBytes / unit) * unit;
    for (let left = length; left > 0; ) {
      const piece = memory.subarray(0, Math.min(most, left));
      await fill(file, piece);
      left -= piece.byteLength;
      yield piece;
    }
  } finally {
    free.push(memory);
    await file.close();
  }
}

/** Reads until the piece is full. */
async function fill(file: FileHandle, piece: Buffer): Promise<void> {
  for (let have = 0; have < piece.length; ) {
    const { bytesRead } = await file.read(piece, have, piece.length - have);
    if (bytesRead === 0) throw new RangeError('a file of the index is shorter than what was written');
    have += bytesRead;
  }
}
