/** Files of a set wherever they lie: on disk, in a zip archive, in a row of a Parquet file. */
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { openParquet, type ParquetFile } from './parquet.ts';
import { type OpenZip, openZip, type ZipMember } from './zip.ts';

/** In JSON, so that it survives the first pass of an import. */
export interface FileRef {
  /** Of the file on disk. */
  path: string;
  member?: ZipMember | undefined;
  /** A cell of a Parquet file that holds an image, `row` counted from zero. */
  cell?: { row: number; column: string; name: string } | undefined;
}

/** Name of the file without folders, as messages give it. */
export const refName = ({ path, member, cell }: FileRef): string => basename(member?.name ?? cell?.name ?? path);

/** Reads files; archives stay open until it is closed. */
export interface FileReader {
  /** A `RangeError` where an archive's member is damaged. */
  read(ref: FileRef): Promise<Uint8Array>;
  /** The first bytes, fewer where the file is shorter. */
  head(ref: FileRef, count: number): Promise<Uint8Array>;
  stream(ref: FileRef): Promise<Readable>;
  parquet(path: string): Promise<ParquetFile>;
  close(): void;
}

export function createFileReader(): FileReader {
  const archives = new Map<string, Promise<OpenZip>>();
  const tables = new Map<string, Promise<ParquetFile>>();
  const archive = (path: string): Promise<OpenZip> => once(archives, path, openZip);
  const parquet = (path: string): Promise<ParquetFile> => once(tables, path, openParquet);
  const read = async ({ path, member, cell }: FileRef): Promise<Uint8Array> => {
    if (member) return (await archive(path)).read(member);
    return cell ? (await parquet(path)).image(cell.row, cell.column) : readFile(path);
  };
  const stream = async ({ path, member }: FileRef): Promise<Readable> => {
    if (!member) return createReadStream(path);
    // Errors of the archive come out of the stream that is handed on.
    return pipeline(await (await archive(path)).stream(member), new PassThrough(), () => {});
  };
  return {
    read,
    stream,
    parquet,
    async head(ref, count) {
      if (ref.cell) return (await read(ref)).subarray(0, count);
      if (!ref.member) return headOf(ref.path, count);
      let head = Buffer.alloc(0);
      const chunks = await stream(ref);
      for await (const chunk of chunks) {
        head = Buffer.concat([head, chunk]);
        if (head.length >= count) break;
      }
      return head.subarray(0, count);
    },
    close: () => {
      for (const opened of archives.values()) void opened.then((zip) => zip.close()).catch(() => {});
    },
  };
}

async function headOf(path: string, count: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function once<T>(known: Map<string, Promise<T>>, path: string, make: (path: string) => Promise<T>): Promise<T> {
  const found = known.get(path) ?? make(path);
  known.set(path, found);
  return found;
}
