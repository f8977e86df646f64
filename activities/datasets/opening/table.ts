/** Tables of data sets, read row by row: text in csv-table.ts, Hugging Face's exports in parquet-table.ts. */
import { userMistake } from '../../../domain/failures.ts';
import { listSome } from '../../../domain/words.ts';
import type { FileRef } from './file-ref.ts';
import { foldName } from './names.ts';

export interface Table {
  /** File names, for messages. */
  name: string;
  /** In the order of the fields; an unnamed one, such as an index that pandas wrote, is empty. */
  columns(): Promise<string[]>;
  records(): AsyncGenerator<TableRecord>;
  /** Where it stands in for the set's own table: only these columns must be there; others that are missing are reported. */
  standIn?: { essential: readonly string[]; onLack(columns: readonly string[]): void };
}

interface TableRecord {
  /** File and row as a spreadsheet counts: the header is row 1. */
  where: string;
  fields: readonly string[];
  /** The picture itself, where the table holds it. */
  image?: FileRef;
}

export interface TableRow {
  where: string;
  image?: FileRef;
  /** The field of a column without surrounding space; empty where the table has no such column. */
  get(column: string): string;
  /** The same, but an empty field is a mistake. */
  require(column: string): string;
  /** A required name of a file or an image: with a folder, it is a mistake. */
  requireName(column: string): string;
}

/** Rows of a table that must have the columns named in `required`. */
export async function* readTable(table: Table, required: readonly string[]): AsyncGenerator<TableRow> {
  const columns = await table.columns();
  const essential = table.standIn?.essential ?? required;
  checkHeader(
    columns,
    required.filter((column) => essential.includes(column)),
    table.name,
  );
  const lacking = required.filter((column) => !hasColumn(columns, column));
  if (lacking.length > 0) table.standIn?.onLack(lacking);
  const named = columns.findLastIndex((column) => column !== '') + 1;
  const places = new Map<string, number>();
  const placeOf = (column: string): number => {
    const known = places.get(column) ?? columnAt(columns, column);
    places.set(column, known);
    return known;
  };
  let rows = 0;
  for await (const record of table.records()) {
    const { where, fields } = record;
    const surplus = fields.slice(columns.length).some((field) => field.trim() !== '');
    if (fields.length < named || surplus)
      throw userMistake(
        `${where}: has ${fields.length} columns, the header has ${columns.length}; complete the row, or put fields that hold the separator into quotes`,
      );
    rows += 1;
    yield tableRow(record, placeOf);
  }
  if (rows === 0) throw userMistake(`${table.name}: holds a header but no rows`);
}

/** Place of a column by its name, else by its name in another letter case where one column alone has it; else -1. */
function columnAt(columns: readonly string[], name: string): number {
  const exact = columns.indexOf(name);
  if (exact >= 0) return exact;
  const folded = columns.map(foldName);
  const at = folded.indexOf(foldName(name));
  return at === folded.lastIndexOf(foldName(name)) ? at : -1;
}

/** True where a table has the column, in any letter case. */
export const hasColumn = (columns: readonly string[], name: string): boolean => columnAt(columns, name) >= 0;

/** Names of a table's columns; none for an empty file. */
export const readColumns = (table: Table): Promise<string[]> => table.columns();

function tableRow({ where, fields, image }: TableRecord, placeOf: (column: string) => number): TableRow {
  const get = (column: string): string => fields[placeOf(column)]?.trim() ?? '';
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
  return { where, get, require, requireName, ...(image ? { image } : {}) };
}

function checkHeader(columns: readonly string[], required: readonly string[], file: string): void {
  const twice = columns.find((column, i) => column !== '' && columns.indexOf(column) !== i);
  if (twice !== undefined) throw userMistake(`${file}: row 1: column "${twice}" stands twice; remove one`);
  const missing = required.filter((column) => !hasColumn(columns, column));
  if (missing.length > 0) {
    const present = listSome(columns, 12) || 'none';
    throw userMistake(`${file}: row 1: column ${missing.join(', ')} is missing; the columns are ${present}`);
  }
}
