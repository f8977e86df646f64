/** JSON files that are longer than one string should be: a confusion matrix of hundreds of labels, one line per number; a benchmark's items. */
import { createReadStream } from 'node:fs';
import { parseChunked, stringifyChunked } from '@discoveryjs/json-ext';
import type { z } from 'zod';
import { canonicalPieces } from '../domain/artifact.ts';
import { corrupt } from '../domain/failures.ts';
import { openTextFile } from './disk/text-file.ts';

/** Bytes that are read at once. */
const readBytes = 256 * 1024;
/** UTF-16 units that are put together before they are encoded: few, for V8 keeps long what takes long (disk/text-file.ts). */
const pieceUnits = 4 * 1024;

/** Writes the bytes of `JSON.stringify(value, null, 2)` and a line feed, in pieces; heartbeats go out between them. */
export const writeJsonFile = (path: string, value: unknown): Promise<void> => writePieces(path, indented(value));

function* indented(value: unknown): Generator<string> {
  yield* stringifyChunked(value, { space: 2, highWaterMark: pieceUnits });
  yield '\n';
}

/** Writes the bytes of `canonicalJson`, in pieces. */
export const writeCanonicalFile = (path: string, value: unknown): Promise<void> =>
  writePieces(path, canonicalPieces(value));

async function writePieces(path: string, pieces: Iterable<string>): Promise<void> {
  const file = await openTextFile(path);
  try {
    for (const piece of pieces) await file.write(piece);
    await file.flush();
  } finally {
    await file.close();
  }
}

/**
 * The value of a file; one that is no JSON is `Corrupt`.
 *
 * @param name for messages
 * @param onPart called with what was read so far, again and again; it may empty that, except for the last element of each list
 */
export async function readJsonFile<T>(
  path: string,
  schema: z.ZodType<T>,
  name = path,
  onPart: (part: unknown) => void = () => {},
): Promise<T> {
  let value: unknown;
  try {
    value = await parseChunked(createReadStream(path, { highWaterMark: readBytes }), {
      onChunk: (_parsed, _chunk, _pending, { currentRootValue }) => onPart(currentRootValue),
    });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw corrupt(`${name}: is not JSON (${error.message})`, error);
  }
  return schema.parse(value);
}
