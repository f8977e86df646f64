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
  close(): Promise<void>;
}

/** Makes the file; lines are on disk once `close` returns. */
export async function createLineWriter(path: string): Promise<LineWriter> {
  const file: FileHandle = await open(path, 'w');
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
    close: async () => {
      await flush();
      await file.close();
    },
  };
}

/** Values of a file of JSON lines, one at a time. */
export async function* readLines<T>(path: string, schema: z.ZodType<T>): AsyncGenerator<T> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) if (line !== '') yield schema.parse(JSON.parse(line));
}
