/** Tables of data sets: CSV in UTF-8, with or without a byte order mark, LF or CRLF; read row by row. */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { userMistake } from '../../domain/failures.ts';
import { listSome } from './source.ts';

export interface TableRow {
  /** File and row as a spreadsheet counts: the header is row 1. */
  where: string;
  /** The field of a column without surrounding space; empty where the table has no such column. */
  get(column: string): string;
  /** The same, but an empty field is a mistake. */
  require(column: string): string;
  /** A required name of a file or an image: with a folder, it is a mistake. */
  requireName(column: string): string;
}

/** Rows of a table that must have the columns named in `required`. */
export async function* readTable(file: string, required: readonly string[]): AsyncGenerator<TableRow> {
  const name = basename(file);
  let header: Map<string, number> | null = null;
  let rows = 0;
  for await (const { record, line } of readRecords(file)) {
    if (header === null) {
      header = readHeader(record, required, name);
      continue;
    }
    const where = `${name}: row ${line}`;
    if (record.length !== header.size) {
      throw userMistake(`${where}: has ${record.length} columns, the header has ${header.size}`);
    }
    rows += 1;
    yield tableRow(record, header, where);
  }
  if (header === null) readHeader([], required, name);
  if (rows === 0) throw userMistake(`${name}: holds a header but no rows`);
}

/** Names of a table's columns; none for an empty file. */
export async function readColumns(file: string): Promise<string[]> {
  for await (const { record } of readRecords(file)) return record.map((column) => column.trim());
  return [];
}

function tableRow(record: readonly string[], header: ReadonlyMap<string, number>, where: string): TableRow {
  const get = (column: string): string => record[header.get(column) ?? -1]?.trim() ?? '';
  const require = (column: string): string => {
    const value = get(column);
    if (value === '') throw userMistake(`${where}: column ${column} is empty`);
    return value;
  };
  const requireName = (column: string): string => {
    const value = require(column);
    if (/[/\\]/.test(value))
      throw userMistake(`${where}: column ${column} is "${value}": expected a name without a folder`);
    return value;
  };
  return { where, get, require, requireName };
}

function readHeader(record: readonly string[], required: readonly string[], file: string): Map<string, number> {
  const columns = record.map((column) => column.trim());
  const twice = columns.find((column, i) => columns.indexOf(column) !== i);
  if (twice !== undefined) throw userMistake(`${file}: row 1: column "${twice}" stands twice; remove one`);
  const missing = required.filter((column) => !columns.includes(column));
  if (missing.length > 0) {
    const present = listSome(columns, 12) || 'none';
    throw userMistake(`${file}: row 1: column ${missing.join(', ')} is missing; the columns are ${present}`);
  }
  return new Map(columns.map((column, i) => [column, i]));
}

/** Records with the line that each ends at. */
async function* readRecords(file: string): AsyncGenerator<{ record: string[]; line: number }> {
  await requireCommas(file);
  const parser = parse({ bom: true, info: true, relaxColumnCount: true, skipEmptyLines: true });
  // Errors of either stream come out of the iteration below.
  pipeline(createReadStream(file), parser, () => {});
  try {
    // With `info` set each element is the record with its position, which the library's types leave out.
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      yield { record, line: info.lines };
    }
  } catch (error) {
    if (error instanceof CsvError) throw userMistake(`${basename(file)}: is not a CSV table: ${error.message}`, error);
    throw error;
  }
}

/** Another separator would look like one column, or like broken quotes further down. */
async function requireCommas(file: string): Promise<void> {
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const header of lines) {
    const separator = header.includes(',') ? undefined : /[;\t|]/.exec(header)?.[0];
    if (separator === undefined) return;
    const name = separator === '\t' ? 'a tab' : `"${separator}"`;
    throw userMistake(`${basename(file)}: row 1: columns are separated by ${name}; save the table with commas`);
  }
}

const deepestTable = 3;

/** Path of the file with one of these names in `folder` or below; null if there is none, a mistake if there are two. */
export async function findFile(folder: string, names: readonly string[]): Promise<string | null> {
  const found = await filesNamed(folder, names, deepestTable);
  const [first, second] = found;
  if (first !== undefined && second !== undefined) {
    throw userMistake(`${folder}: holds both ${relative(folder, first)} and ${relative(folder, second)}; remove one`);
  }
  return first ?? null;
}

/** The same, but its absence is a mistake. */
export async function requireFile(folder: string, names: readonly string[], what: string): Promise<string> {
  const found = await findFile(folder, names);
  if (found === null) throw userMistake(`${folder}: holds no ${names.join(', ')}; ${what}`);
  return found;
}

/** Breadth first: a file higher up hides those of other folders further down. */
async function filesNamed(folder: string, names: readonly string[], depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const here = names.filter((name) => entries.some((entry) => entry.name === name && !entry.isDirectory()));
  if (here.length > 0 || depth === 0) return here.map((name) => join(folder, name));
  const below = entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
  return (await Promise.all(below.toSorted().map((inner) => filesNamed(inner, names, depth - 1)))).flat();
}
