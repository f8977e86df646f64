/** Files of JSON lines that are larger than memory should hold. */
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { z } from 'zod';

const flushBytes = 256 * 1024;

export interface LineWriter {
  write(value: unknown): Promise<void>;
  /** Number of lines so far. */
  count(): number;
}

/** Makes files and gives `work` a writer for each; all lines are on disk once this returns. */
export async function writeLineFiles<Name extends string, T>(
  paths: Readonly<Record<Name, string>>,
  work: (writers: Record<Name, LineWriter>) => Promise<T>,
): Promise<T> {
  const files: FileHandle[] = [];
  try {
    const flushes: (() => Promise<void>)[] = [];
    const writers: Partial<Record<Name, LineWriter>> = {};
    for (const name in paths) {
      const file = await open(paths[name], 'w');
      files.push(file);
      const { flush, ...writer } = lineWriter(file);
      writers[name] = writer;
      flushes.push(flush);
    }
    const result = await work(writers as Record<Name, LineWriter>); // every name has its writer by now
    for (const flush of flushes) await flush();
    return result;
  } finally {
    for (const file of files) await file.close();
  }
}

function lineWriter(file: FileHandle): LineWriter & { flush(): Promise<void> } {
  let pending: string[] = [];
  let length = 0;
  let count = 0;
  const flush = async (): Promise<void> => {
    const text = pending.join('');
    [pending, length] = [[], 0];
    await file.writeFile(text);
  };
  return {
    write: async (value) => {
      const line = `${JSON.stringify(value)}\n`;
      pending.push(line);
      length += line.length;
      count += 1;
      if (length >= flushBytes) await flush();
    },
    count: () => count,
    flush,
  };
}

/** Values of a file of JSON lines, one at a time. */
export async function* readLines<T>(path: string, schema: z.ZodType<T>): AsyncGenerator<T> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) if (line !== '') yield schema.parse(JSON.parse(line));
}
