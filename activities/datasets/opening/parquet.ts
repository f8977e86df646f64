/**
 * Parquet as Hugging Face exports data sets: fields in columns, an image as `{ bytes, path }` in one of them, names of
 * classes in the file's own metadata. Memory holds the two row groups that were read last, not the file.
 */
import { basename } from 'node:path';
import {
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { z } from 'zod';
import { userMistake } from '../../../domain/failures.ts';

/** A row's fields as text, by column. */
type ParquetFields = Record<string, string>;

export interface ParquetFile {
  /** Columns that hold text or numbers. */
  columns: string[];
  imageColumns: string[];
  /** Rows in order, without their images' bytes. */
  rows(): AsyncGenerator<ParquetFields>;
  /** Name of the image's file as the export keeps it; empty where it keeps none. */
  imageName(row: number, column: string): Promise<string>;
  image(row: number, column: string): Promise<Uint8Array>;
}

const imageSchema = z.union([
  z.instanceof(Uint8Array).transform((bytes) => ({ bytes, path: '' })),
  z.object({ bytes: z.instanceof(Uint8Array).nullish(), path: z.unknown() }).transform(({ bytes, path }) => ({
    bytes: bytes ?? null,
    path: path instanceof Uint8Array ? new TextDecoder().decode(path) : typeof path === 'string' ? path : '',
  })),
]);
type Image = { bytes: Uint8Array | null; path: string };

const featuresSchema = z.object({
  info: z.object({ features: z.record(z.string(), z.looseObject({ names: z.array(z.string()).optional() })) }),
});

const groupsKept = 2;
/** Where a file has an index of its pages, this many rows are read at a time instead of a row group. */
const rowsAtOnce = 64;

export async function openParquet(path: string): Promise<ParquetFile> {
  const name = basename(path);
  const mistake = (error: unknown): never => {
    const why = error instanceof Error ? error.message : String(error);
    throw userMistake(`${name}: is not a readable Parquet file (${why}); download it again`, error);
  };
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file).catch(mistake);
  // Text columns say that they are text; bytes must stay bytes.
  const options = { file, metadata, compressors, utf8: false, useOffsetIndex: true };
  const names = namesOfClasses(metadata);
  const { columns, imageColumns } = columnsOf(metadata);
  const groups = startsOfGroups(metadata);
  const kept = new Map<string, Promise<Image[]>>();

  const imagesOfGroup = (group: Group, column: string): Promise<Image[]> => {
    const key = `${column} ${group.start}`;
    const known = kept.get(key);
    if (known) return known;
    const rows = parquetReadObjects({ ...options, columns: [column], rowStart: group.start, rowEnd: group.end })
      .then((found) => found.map((row) => imageSchema.catch({ bytes: null, path: '' }).parse(row[column])))
      .catch(mistake);
    kept.set(key, rows);
    for (const oldest of [...kept.keys()].slice(0, -groupsKept)) kept.delete(oldest);
    return rows;
  };
  const imageAt = async (row: number, column: string): Promise<Image> => {
    const group = groups.find(({ start, end }) => start <= row && row < end);
    const image = group && (await imagesOfGroup(group, column))[row - group.start];
    if (!image) throw new RangeError(`${name}: there is no row ${row}`);
    return image;
  };
  return {
    columns,
    imageColumns,
    async *rows() {
      for (const { start, end } of groups) {
        const found = await parquetReadObjects({ ...options, columns, rowStart: start, rowEnd: end }).catch(mistake);
        for (const row of found) {
          yield Object.fromEntries(columns.map((column) => [column, textOf(row[column], names[column])]));
        }
      }
    },
    imageName: async (row, column) => (await imageAt(row, column)).path,
    async image(row, column) {
      const { bytes } = await imageAt(row, column);
      if (bytes === null) throw new RangeError(`${name}: row ${row} has no bytes in column ${column}`);
      return bytes;
    },
  };
}

/** Columns of one value are fields; one of bytes, or of bytes with a path, is an image. Lists are neither. */
function columnsOf(metadata: FileMetaData): { columns: string[]; imageColumns: string[] } {
  const { children } = parquetSchema(metadata);
  const isBytes = ({ element }: (typeof children)[number]): boolean =>
    element.type === 'BYTE_ARRAY' && element.converted_type === undefined && element.logical_type === undefined;
  const isImage = (column: (typeof children)[number]): boolean =>
    column.children.length === 0 ? isBytes(column) : column.children.some((part) => part.element.name === 'bytes');
  const nameOf = (column: (typeof children)[number]): string => column.element.name;
  return {
    columns: children.filter((column) => column.children.length === 0 && !isBytes(column)).map(nameOf),
    imageColumns: children.filter(isImage).map(nameOf),
  };
}

interface Group {
  start: number;
  end: number;
}

function startsOfGroups({ row_groups }: FileMetaData): Group[] {
  let rows = 0;
  return row_groups.flatMap(({ num_rows, columns }) => {
    const [start, end] = [rows, rows + Number(num_rows)];
    rows = end;
    const step = columns.every(({ offset_index_offset }) => offset_index_offset) ? rowsAtOnce : end - start;
    const starts = Array.from({ length: Math.ceil((end - start) / step) }, (_, i) => start + i * step);
    return starts.map((from) => ({ start: from, end: Math.min(from + step, end) }));
  });
}

/** The Hub's `datasets` writes classes as numbers and their names into the file's metadata. */
function namesOfClasses({ key_value_metadata }: FileMetaData): Record<string, string[] | undefined> {
  const text = key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  if (text === undefined) return {};
  try {
    const { features } = featuresSchema.parse(JSON.parse(text)).info;
    return Object.fromEntries(Object.entries(features).map(([column, { names }]) => [column, names]));
  } catch {
    return {}; // metadata of another writer: numbers stay numbers, which no taxonomy knows
  }
}

function textOf(value: unknown, names: string[] | undefined): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (value instanceof Date) return value.toISOString();
  if (names && (typeof value === 'number' || typeof value === 'bigint')) return names[Number(value)] ?? String(value);
  return typeof value === 'object' ? '' : String(value);
}
