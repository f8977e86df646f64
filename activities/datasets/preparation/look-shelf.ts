/** An index of looks in three files of a folder; memory holds one piece of each that is written or read. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { lookSide } from '../../../domain/cases/look.ts';
import { type LookShelf, recordBytes, type ShelfName, shelves } from '../../../domain/cases/look-index.ts';

const pieceBytes = 4096 * recordBytes;
const lookBytes = lookSide ** 2;

export interface DiskShelf extends LookShelf {
  /** Keeps the next look, which `lookAt` finds. */
  keepLook(look: string): void;
  close(): void;
}

export function openLookShelf(folder: string): DiskShelf {
  const pathOf = (name: string): string => join(folder, `looks-${name}`);
  const files = { wholes: createAppender(pathOf('wholes')), windows: createAppender(pathOf('windows')) };
  const looks = createAppender(pathOf('all'));
  const oneLook = Buffer.alloc(lookBytes);
  return {
    keepLook: (look) => looks.append(Buffer.from(look, 'latin1')),
    append: (shelf, record) => files[shelf].append(record),
    pieces: (shelf: ShelfName) => {
      files[shelf].flush();
      return piecesOf(pathOf(shelf));
    },
    lookAt: (position) => {
      looks.flush();
      readSync(looks.file, oneLook, 0, lookBytes, position * lookBytes);
      return oneLook.toString('latin1');
    },
    turn: () => setImmediate(),
    close: () => {
      for (const file of [looks, ...shelves.map((name) => files[name])]) closeSync(file.file);
    },
  };
}

interface Appender {
  file: number;
  append(bytes: Uint8Array): void;
  flush(): void;
}

function createAppender(path: string): Appender {
  const file = openSync(path, 'w+');
  const buffer = Buffer.alloc(pieceBytes);
  let length = 0;
  const flush = (): void => {
    for (let written = 0; written < length; ) written += writeSync(file, buffer, written, length - written);
    length = 0;
  };
  return {
    file,
    append: (bytes) => {
      if (length + bytes.byteLength > pieceBytes) flush();
      buffer.set(bytes, length);
      length += bytes.byteLength;
    },
    flush,
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
