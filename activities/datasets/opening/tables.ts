/** Finds a set's tables by name, in any of the spellings in which they are handed out, or by their columns. */
import { basename } from 'node:path';
import { userMistake } from '../../../domain/failures.ts';
import { listSome } from '../../../domain/words.ts';
import { csvTable } from './csv-table.ts';
import { type DataFile, type DataFolder, fileExtension } from './folder.ts';
import {
  compareVersions,
  isUnreadFormat,
  isUnreadTable,
  isZipName,
  plainName,
  splitVersion,
  tableStem,
  textTableExtensions,
} from './names.ts';
import { parquetTable, type Roles } from './parquet-table.ts';
import { hasColumn, type Table } from './table.ts';

/** A table that an adapter looks for. */
interface WantedTable {
  /** Names without ending; one that begins with `*` may have anything before it. */
  names: readonly string[];
  /** What the user reads where it is missing. */
  what: string;
  /** By these columns it is recognised under any other name. */
  columns?: readonly string[];
  /** Names of tables of the same columns, or of a like name, that are not meant. */
  except?: readonly string[];
  /** How an export as Parquet may name the columns; without it none is looked for. */
  parquet?: Roles;
}

/**
 * The file of one of these names that lies highest, in its newest version; null if there is none. Another of its own
 * name further down that holds something else is a mistake, as nothing says which of them is the set's.
 */
export async function findTable(
  folder: DataFolder,
  names: readonly string[],
  except: readonly string[] = [],
): Promise<Table | null> {
  const file = await findNamed(folder, names, textTableExtensions, except);
  return file && csvTable(file, folder.reader);
}

/** The same for a file that is no table. */
export const findFile = (folder: DataFolder, name: string, extension: string): Promise<DataFile | null> =>
  findNamed(folder, [name], [extension]);

/** A table without which the set cannot be read. */
export async function requireTable(folder: DataFolder, wanted: WantedTable): Promise<Table> {
  const found =
    (await findTable(folder, wanted.names, wanted.except)) ??
    (await tableByColumns(folder, wanted)) ??
    (wanted.parquet ? findExport(folder, wanted.parquet, `${wanted.names[0]}.csv`) : null);
  if (found) return found;
  const names = wanted.names.filter((name) => !name.startsWith('*')).map((name) => `${name}.csv`);
  throw userMistake(
    `${folder.name}: holds no ${names.join(', ')}${besides(folder)}; ${wanted.what}${remedyFor(folder)}`,
  );
}

/** Marks tables that are known and not needed. */
export function passOver(folder: DataFolder, names: readonly string[]): void {
  for (const file of folder.others()) if (names.some((name) => isNamed(file, name))) folder.use(file);
}

/** Says which files look like a part of the set and were not read. */
export function reportUnread(folder: DataFolder, adapter: string): void {
  const unread = folder.others().filter((file) => !folder.isUsed(file));
  const tables = unread.filter(looksLikeTable);
  if (tables.length > 0) folder.note(`not read, as ${adapter} needs no such table: ${list(tables)}`);
  const archives = unread.filter(({ path }) => isUnreadFormat(path) || isZipName(path));
  if (archives.length > 0) folder.note(`not read, unpack it or save it as CSV if the set needs it: ${list(archives)}`);
}

const looksLikeTable = (file: DataFile): boolean =>
  ['.csv', '.tab', '.tsv', '.jsonl', '.parquet'].includes(fileExtension(file));
const list = (files: readonly DataFile[]): string => listSome(files.map(({ path }) => path));

function besides(folder: DataFolder): string {
  const others = folder.others().filter((file) => looksLikeTable(file) || isUnreadFormat(file.path));
  return others.length === 0 ? '' : `, but ${list(others)}`;
}

/** Where the table may lie in a spreadsheet, what to do with it. */
function remedyFor(folder: DataFolder): string {
  const sheets = folder.others().filter((file) => isUnreadTable(file.path));
  return sheets.length === 0 ? '' : `; if ${list(sheets)} is that table, save it as CSV`;
}

const isNamed = (file: DataFile, name: string): boolean => {
  const own = plainName(splitVersion(tableStem(file.path)).base);
  return name.startsWith('*') ? own.endsWith(plainName(name)) : own === plainName(name);
};

async function findNamed(
  folder: DataFolder,
  names: readonly string[],
  extensions: readonly string[],
  except: readonly string[] = [],
): Promise<DataFile | null> {
  const named = folder
    .others()
    .filter((file) => ['', ...extensions].includes(fileExtension(file)))
    .filter((file) => names.some((name) => isNamed(file, name)) && !except.some((name) => isNamed(file, name)));
  const [highest] = named; // they come by depth
  if (!highest) return null;
  const top = named.filter((file) => depthOf(file) === depthOf(highest));
  const rivals = named.filter((file) => !top.includes(file) && top.some((other) => baseOf(other) === baseOf(file)));
  return pickVersion(folder, [...top, ...rivals]);
}

const isText = (file: DataFile): boolean => ['', ...textTableExtensions].includes(fileExtension(file));
/** A table's name without version, ending, letter case and punctuation. */
const baseOf = ({ path }: DataFile): string => plainName(splitVersion(tableStem(path)).base);
const depthOf = ({ path }: DataFile): number => path.split('/').length;

/** The newest of several versions of one table. Two tables of different names, or of no order in time, are a mistake. */
async function pickVersion(folder: DataFolder, files: readonly DataFile[]): Promise<DataFile | null> {
  const [newest, second] = files
    .map((file) => ({ file, version: splitVersion(tableStem(file.path)) }))
    .toSorted((a, b) => compareVersions(b.version, a.version));
  if (!newest) return null;
  if (second) {
    const newer = compareVersions(newest.version, second.version) > 0;
    const bases = new Set(files.map(baseOf));
    const inOrder = bases.size === 1 && newer;
    if (!inOrder && !(await holdSame(folder, newest.file, second.file))) {
      throw userMistake(`${folder.name}: holds both ${newest.file.path} and ${second.file.path}; remove one`);
    }
    const others = files.filter((file) => file !== newest.file);
    folder.note(
      `${newest.file.path} is read, ${inOrder ? 'the newest version' : 'which holds the same'}; not ${list(others)}`,
    );
  }
  for (const file of files) folder.use(file);
  return newest.file;
}

/** True where two files have the same bytes, or two tables the same rows, e.g. one with tabs and one with commas. */
async function holdSame(folder: DataFolder, a: DataFile, b: DataFile): Promise<boolean> {
  const [bytes, others] = [await folder.reader.read(a.ref), await folder.reader.read(b.ref)];
  if (Buffer.compare(bytes, others) === 0) return true;
  if (![a, b].every((file) => isText(file))) return false;
  const [one, other] = [csvTable(a, folder.reader), csvTable(b, folder.reader)];
  if ((await one.columns()).join('\n') !== (await other.columns()).join('\n')) return false;
  const rows = other.records();
  try {
    for await (const { fields } of one.records()) {
      const { value, done } = await rows.next();
      if (done || value.fields.join('\n') !== fields.join('\n')) return false;
    }
    return (await rows.next()).done === true;
  } finally {
    await rows.return(undefined);
  }
}

/** The one table that has all columns, whatever it is called. */
async function tableByColumns(folder: DataFolder, { columns, except = [] }: WantedTable): Promise<Table | null> {
  if (!columns) return null;
  const found: DataFile[] = [];
  for (const file of folder.others()) {
    if (!textTableExtensions.includes(fileExtension(file)) || except.some((name) => isNamed(file, name))) continue;
    const own = await csvTable(file, folder.reader)
      .columns()
      .catch((): string[] => []); // what cannot be read is not the table, and is reported as unread
    if (columns.every((column) => hasColumn(own, column))) found.push(file);
  }
  const [file] = found;
  if (!file) return null;
  const chosen = found.length === 1 ? file : await pickVersion(folder, found);
  if (!chosen) return null;
  folder.use(chosen);
  folder.note(`${chosen.path} is read as the set's table, by its columns ${columns.join(', ')}`);
  return csvTable(chosen, folder.reader);
}

/** The set's table out of Parquet files; null where there are none. */
export function findExport(folder: DataFolder, roles: Roles, insteadOf: string): Table | null {
  const files = folder.others().filter((file) => fileExtension(file) === '.parquet');
  const inArchive = files.find(({ ref }) => ref.member);
  if (inArchive) throw userMistake(`${inArchive.path}: Parquet is not read in an archive; unpack it`);
  if (files.length === 0) return null;
  for (const file of files) folder.use(file);
  folder.note(`${listSome(files.map(({ path }) => basename(path)))} is read instead of ${insteadOf}`);
  const inOrder = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return parquetTable(inOrder, folder.reader, roles, folder.note);
}
