/**
 * A file of text that is written in many small pieces. Each is encoded as it comes, into memory that is used again:
 * texts that wait for one another outlive V8's young garbage, and those of a large file are then tens of megabytes that
 * are collected late.
 */
import { open } from 'node:fs/promises';

export interface TextFile {
  /** One after the other: whoever writes waits before it writes again. */
  write(text: string): Promise<void>;
  /** Until all is on disk that was written. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const heldBytes = 64 * 1024;
/** Of a UTF-16 unit in UTF-8, at most. */
const bytesPerUnit = 3;

/** Makes the file, empty. */
export async function openTextFile(path: string): Promise<TextFile> {
  const file = await open(path, 'w');
  const held = Buffer.allocUnsafeSlow(heldBytes);
  let filled = 0;
  const flush = async (): Promise<void> => {
    const bytes = held.subarray(0, filled);
    filled = 0;
    await file.writeFile(bytes);
  };
  return {
    write: async (text) => {
      const most = bytesPerUnit * text.length;
      if (filled + most > heldBytes) await flush();
      if (most > heldBytes) await file.writeFile(text);
      else filled += held.write(text, filled);
    },
    flush,
    close: () => file.close(),
  };
}
