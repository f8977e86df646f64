/** An index of perceptual hashes in files of a folder; memory holds one piece of each that is written or read. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type ListShelf, recordBytes } from '../../../domain/cases/hash-lists.ts';
import { type IndexShelf, type ShelfName, shelves } from '../../../domain/cases/near-duplicates.ts';
import { hashSide } from '../../../domain/cases/perceptual-hash.ts';
import { hashTables, viewLength } from '../../../domain/cases/view-hash.ts';

const pieceBytes = 4096 * recordBytes;
/** Records of a few entries are read at once where a search goes from one to the next. */
const nearbyBytes = 64 * recordBytes;
const listBytes = 64 * 1024;
const hashBytes = hashSide ** 2;

export interface DiskShelf extends IndexShelf {
  /** Keeps the next hash, which `hashAt` finds. */
  keepHash(hash: string): void;
  close(): void;
}

export function openIndexShelf(folder: string): DiskShelf {
  const opened: AppendedFile[] = [];
  const openFile = (name: string, readAhead: number): AppendedFile => {
    const file = openAppended(join(folder, `hashes-${name}`), readAhead);
    opened.push(file);
    return file;
  };
  const hashes = openFile('all', hashBytes);
  const listsOf = (shelf: ShelfName): ListShelf => {
    const records = openFile(shelf, nearbyBytes);
    const lists = Array.from({ length: hashTables }, (_, table) => openFile(`${shelf}-${table}`, listBytes));
    return {
      append: records.append,
      pieces: records.pieces,
      viewOf: (entry) => {
        const bytes = records.read(entry * recordBytes + recordBytes - viewLength, viewLength);
        return new Int8Array(bytes.buffer, bytes.byteOffset, viewLength);
      },
      appendEntries: (table, entries) =>
        lists[table]?.append(new Uint8Array(entries.buffer, entries.byteOffset, entries.byteLength)),
      entries: (table, from, count) => {
        const bytes = lists[table]?.read(4 * from, 4 * count) ?? Buffer.alloc(0);
        return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
      },
    };
  };
  return {
    keepHash: (hash) => hashes.append(Buffer.from(hash, 'latin1')),
    hashAt: (position) => hashes.read(position * hashBytes, hashBytes).toString('latin1'),
    lists: Object.fromEntries(shelves.map((name) => [name, listsOf(name)])) as DiskShelf['lists'], // one for each
    turn: () => setImmediate(),
    close: () => {
      for (const file of opened) closeSync(file.descriptor);
    },
  };
}

interface AppendedFile {
  descriptor: number;
  append(bytes: Uint8Array): void;
  /** The bytes at a place, until the next call; those that come after them are read too. */
  read(from: number, length: number): Buffer;
  /** All of it; what is appended later may lack. */
  pieces(): AsyncIterable<Uint8Array>;
}

/** @param readAhead bytes that are read at once, a multiple of four */
function openAppended(path: string, readAhead: number): AppendedFile {
  const descriptor = openSync(path, 'w+');
  let writing = Buffer.alloc(0);
  let written = 0;
  const flush = (): void => {
    for (let done = 0; done < written; ) done += writeSync(descriptor, writing, done, written - done);
    written = 0;
  };
  let reading = Buffer.alloc(0);
  let [start, end] = [0, 0];
  return {
    descriptor,
    append: (bytes) => {
      if (written + bytes.byteLength > writing.length) {
        flush();
        if (writing.length === 0) writing = Buffer.allocUnsafeSlow(listBytes);
      }
      if (bytes.byteLength > writing.length) {
        for (let done = 0; done < bytes.byteLength; )
          done += writeSync(descriptor, bytes, done, bytes.byteLength - done);
        return;
      }
      writing.set(bytes, written);
      written += bytes.byteLength;
    },
    read: (from, length) => {
      flush();
      if (from < start || from + length > end) {
        if (reading.length < length || reading.length === 0)
          reading = Buffer.allocUnsafeSlow(Math.max(length, readAhead));
        start = from;
        end = from + readSync(descriptor, reading, 0, reading.length, from);
      }
      return reading.subarray(from - start, from - start + length);
    },
    pieces: () => {
      flush();
      return piecesOf(path);
    },
  };
}

async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafeSlow(pieceBytes); // of its own memory, which begins at a multiple of four
    for (let bytes = await fill(file, buffer); bytes > 0; bytes = await fill(file, buffer))
      yield buffer.subarray(0, bytes);
  } finally {
    await file.close();
  }
}

/** Reads until the buffer is full or the file ends: whole records. */
async function fill(file: FileHandle, buffer: Buffer): Promise<number> {
  for (let have = 0; ; ) {
    const { bytesRead } = await file.read(buffer, have, buffer.length - have);
    have += bytesRead;
    if (bytesRead === 0 || have === buffer.length) return have;
  }
}
