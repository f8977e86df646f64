/**
 * JSON lines, one value per line, read and written one at a time: from files on this machine, from the store and from
 * any other stream of bytes, e.g. the body of an HTTP response. Only a line feed ends a line (a carriage return before
 * it is white space of JSON); the last line may lack its end. Empty lines are passed over, a byte-order mark too.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { corrupt } from '../domain/failures.ts';
import { openTextFile, type TextFile } from './disk/text-file.ts';
import type { Rows } from './rows.ts';

/** Bytes of the longest line that is read: what is longer is no row but another file. */
const longestLine = 64 * 2 ** 20;
const pieceBytes = 256 * 1024;
const lineFeed = 0x0a;

interface Line {
  text: string;
  /** From 1, empty lines counted. */
  number: number;
}

interface LineOptions {
  /** Bytes; by default `longestLine`. */
  longest?: number;
  /** A file that may still be written to: a last line without its end is left out. By default it is read. */
  unfinished?: 'read' | 'leave out';
  /** What a line that cannot be read is, by default `Corrupt`. */
  failure?: (message: string, cause?: unknown) => Error;
}

/**
 * Lines of a stream of bytes that are not empty.
 *
 * @param name of the file or address, for messages
 */
export async function* linesOf(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name: string,
  { longest = longestLine, unfinished = 'read', failure = corrupt }: LineOptions = {},
): AsyncGenerator<Line> {
  let [number, length] = [0, 0];
  let begun: Buffer[] = [];
  const take = (end: Buffer): string => {
    number += 1;
    const whole = begun.length === 0 ? end : Buffer.concat([...begun, end]);
    [begun, length] = [[], 0];
    const text = whole.toString('utf8');
    return number === 1 ? text.replace(/^\uFEFF/, '') : text;
  };
  const check = (more: number): void => {
    if (length + more > longest)
      throw failure(`${name}: line ${number + 1} is longer than ${longest} bytes; is it a file of JSON lines?`);
  };
  for await (const each of bytes) {
    const piece = Buffer.from(each.buffer, each.byteOffset, each.byteLength);
    let start = 0;
    for (let end = piece.indexOf(lineFeed); end >= 0; end = piece.indexOf(lineFeed, start)) {
      check(end - start);
      const text = take(piece.subarray(start, end));
      start = end + 1;
      if (text.trim() !== '') yield { text, number };
    }
    if (start === piece.length) continue;
    check(piece.length - start);
    begun.push(Buffer.from(piece.subarray(start))); // a copy: whoever reads may use the piece again
    length += piece.length - start;
  }
  if (unfinished === 'leave out' || begun.length === 0) return;
  const text = take(Buffer.alloc(0));
  if (text.trim() !== '') yield { text, number };
}

/** The value of a line; one that is no JSON, or not as the schema says, is reported with file, line and field. */
function parseLine<T>(
  { text, number }: Line,
  schema: z.ZodType<T>,
  name: string,
  failure: LineOptions['failure'] = corrupt,
): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw failure(`${name}: line ${number} is not JSON (${error instanceof Error ? error.message : error})`, error);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'the value';
  throw failure(`${name}: line ${number}: ${field}: ${issue?.message ?? 'is not valid'}`, parsed.error);
}

/** The values of a stream of bytes. */
export async function* parseLines<T>(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  schema: z.ZodType<T>,
  name: string,
  options: LineOptions = {},
): AsyncGenerator<T> {
  for await (const line of linesOf(bytes, name, options)) yield parseLine(line, schema, name, options.failure);
}

/** A file's values, read again by each reader. */
export const fileRows = <T>(path: string, schema: z.ZodType<T>, name = path, options: LineOptions = {}): Rows<T> => ({
  [Symbol.asyncIterator]: () => parseLines(piecesOf(path), schema, name, options),
});

/** Those of a file that this process has written itself: its values are what they were. */
export const ownRows = <T>(path: string): Rows<T> => ({
  [Symbol.asyncIterator]: async function* () {
    for await (const { text } of linesOf(piecesOf(path), path)) yield JSON.parse(text);
  },
});

/** The bytes of a file, all in the same memory: a new one for each piece is garbage faster than it is collected. */
async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafeSlow(pieceBytes);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, pieceBytes);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

interface LineWriter {
  /** One after the other: whoever writes waits before it writes again. */
  write(value: unknown): Promise<void>;
  /** Number of lines so far. */
  count(): number;
}

/** Makes files and gives `work` a writer for each; all lines are on disk once this returns. */
export async function writeLineFiles<Name extends string, T>(
  paths: Readonly<Record<Name, string>>,
  work: (writers: Record<Name, LineWriter>) => Promise<T>,
): Promise<T> {
  const files: TextFile[] = [];
  try {
    const writers: Partial<Record<Name, LineWriter>> = {};
    for (const name in paths) {
      const file = await openTextFile(paths[name]);
      files.push(file);
      writers[name] = lineWriter(file);
    }
    const result = await work(writers as Record<Name, LineWriter>); // every name has its writer by now
    for (const file of files) await file.flush();
    return result;
  } finally {
    for (const file of files) await file.close();
  }
}

/** Writes the rows to a file and returns their number. */
export const writeRows = (path: string, rows: Rows<unknown>): Promise<number> =>
  writeLineFiles({ rows: path }, async ({ rows: writer }) => {
    for await (const row of rows) await writer.write(row);
    return writer.count();
  });

/** Writes files of rows below `folder`, as an artifact takes them; the folder stands until they are stored. */
export async function rowFiles(
  folder: string,
  files: Readonly<Record<string, Rows<unknown>>>,
): Promise<Record<string, { path: string }>> {
  const written: Record<string, { path: string }> = {};
  for (const [name, rows] of Object.entries(files)) {
    const path = join(folder, name);
    await writeRows(path, rows);
    written[name] = { path };
  }
  return written;
}

function lineWriter(file: TextFile): LineWriter {
  let count = 0;
  return {
    write: (value) => {
      count += 1;
      return file.write(`${JSON.stringify(value)}\n`);
    },
    count: () => count,
  };
}

/** JSON lines of a few rows, e.g. a training log; what grows with the data is written by `writeLineFiles` or `rowFiles`. */
export const toJsonLines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
