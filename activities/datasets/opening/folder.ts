/**
 * A set as it was handed out: the files of a folder, of the folders below and of the zip archives among them, listed
 * once. An archive counts as a folder. The list costs disk, not memory.
 */
import { realpathSync } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createFileReader, type FileReader, type FileRef } from './file-ref.ts';
import { extensionOf, foldName, isImageName, isZipName, stemOf } from './names.ts';
import { zipMemberSchema, zipMembers } from './zip.ts';

/** A file of the set. */
export interface DataFile {
  /** Below the set's folder, e.g. `HAM10000_images_part_1.zip/ISIC_0024306.jpg`. */
  path: string;
  bytes: number;
  ref: FileRef;
}

export interface DataFolder {
  /** As messages name it. */
  name: string;
  reader: FileReader;
  /** Folders that hold images, in order; `` is the folder itself. */
  imageFolders(): string[];
  /** Images directly in one of these folders, by name. */
  imagesIn(folder: string): Generator<DataFile>;
  /** Images whose name without folder and ending is this, in any letter case. */
  imagesNamed(stem: string): DataFile[];
  /** All other files, those that lie highest first. */
  others(): DataFile[];
  /** The same list below one of its folders. */
  within(folder: string): DataFolder;
  /** What the user should know although it is no mistake. */
  note(text: string): void;
  /** Marks a file as read, or as known and not needed. */
  use(file: DataFile): void;
  isUsed(file: DataFile): boolean;
  close(): void;
}

interface FolderOptions {
  /** Folders directly below that hold other sets, in any letter case. */
  except?: readonly string[];
  onNote?: ((text: string) => void) | undefined;
}

const deepestFolder = 8;

/** Lists a folder, or a zip archive instead of one. */
export async function openFolder(path: string, { except = [], onNote }: FolderOptions = {}): Promise<DataFolder> {
  const index = createIndex();
  const skipped = new Set(except.map(foldName));
  try {
    if (isZipName(path) && (await stat(path)).isFile()) await addArchive(path, '', index);
    else await addFolder(path, '', [], { ...index, skipped });
    index.database.exec('commit');
  } catch (error) {
    index.database.close();
    throw error;
  }
  return viewOf(path, index, createFileReader(), onNote ?? (() => {}), new Set(), '');
}

type Index = ReturnType<typeof createIndex>;

/** Hidden files, and what macOS puts beside each file of an archive. */
const isHidden = (name: string): boolean => name.startsWith('.') || name === '__MACOSX';

interface Walk extends Index {
  skipped: ReadonlySet<string>;
}

async function addFolder(root: string, below: string, ancestors: readonly string[], walk: Walk): Promise<void> {
  const folder = join(root, below);
  const real = realpathSync(folder);
  if (ancestors.includes(real) || ancestors.length > deepestFolder) return; // a link that leads back up
  for await (const entry of await opendir(folder)) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (isHidden(entry.name) || (below === '' && walk.skipped.has(foldName(entry.name)))) continue;
    // A link that leads nowhere is no file.
    const found = entry.isFile() || entry.isDirectory() ? entry : await stat(join(root, path)).catch(() => null);
    if (found?.isDirectory()) await addFolder(root, path, [...ancestors, real], walk);
    else if (found?.isFile() && isZipName(path)) await addArchive(join(root, path), path, walk);
    else if (found?.isFile()) {
      const bytes = isImageName(path) ? -1 : (await stat(join(root, path))).size;
      walk.add(path, bytes, { path: join(root, path) });
    }
  }
}

async function addArchive(archive: string, below: string, { add }: Index): Promise<void> {
  for await (const member of zipMembers(archive)) {
    const name = member.name.replace(/^(?:\.\/)+/, '');
    if (name.split('/').some(isHidden)) continue;
    add(below === '' ? name : `${below}/${name}`, member.bytes, { path: archive, member });
  }
}

interface Entry {
  path: string;
  bytes: number;
  disk: string;
  member: string | null;
}

function createIndex() {
  const database = new DatabaseSync('');
  database.exec(`
    pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -512;
    create table entry (path text, folder text, stem text, depth int, image int, bytes int, disk text, member text);
    create index by_stem on entry (stem);
    create index by_folder on entry (image, folder);
    begin;
  `);
  const insert = database.prepare('insert into entry values (?, ?, ?, ?, ?, ?, ?, ?)');
  return {
    database,
    add: (path: string, bytes: number, { path: disk, member }: FileRef): void => {
      const image = isImageName(path);
      const folder = path.includes('/') ? dirname(path) : '';
      const stem = image ? foldName(stemOf(path)) : '';
      const depth = path.split('/').length;
      insert.run(path, folder, stem, depth, image ? 1 : 0, bytes, disk, member ? JSON.stringify(member) : null);
    },
  };
}

function viewOf(
  root: string,
  index: Index,
  reader: FileReader,
  note: (text: string) => void,
  used: Set<string>,
  below: string,
): DataFolder {
  const { database } = index;
  const prefix = below === '' ? '' : `${below}/`;
  const isBelow = `(? = '' or substr(path, 1, length(?)) = ?)`;
  const named = database.prepare(
    `select * from entry indexed by by_stem where stem = ? and image = 1 and ${isBelow} order by path`,
  );
  const others = database.prepare(`select * from entry where image = 0 and ${isBelow} order by depth, path`);
  const folders = database.prepare(`select distinct folder from entry where image = 1 and ${isBelow} order by folder`);
  const inFolder = database.prepare('select * from entry where image = 1 and folder = ? order by path');
  const filesOf = (rows: Iterable<unknown>): DataFile[] => [...rows].map((row) => fileOf(row as Entry)); // our own table
  return {
    name: below === '' ? root : join(root, below),
    reader,
    note,
    imageFolders: () => folders.all(prefix, prefix, prefix).map(({ folder }) => String(folder).slice(prefix.length)),
    *imagesIn(folder) {
      for (const row of inFolder.iterate(`${prefix}${folder}`.replace(/\/$/, '')))
        yield fileOf(row as unknown as Entry);
    },
    imagesNamed: (stem) => filesOf(named.all(foldName(stem), prefix, prefix, prefix)),
    others: () => filesOf(others.all(prefix, prefix, prefix)),
    within: (folder) => viewOf(root, index, reader, note, used, `${prefix}${folder}`),
    use: ({ path }) => void used.add(path),
    isUsed: ({ path }) => used.has(path),
    close: () => {
      reader.close();
      database.close();
    },
  };
}

const fileOf = ({ path, bytes, disk, member }: Entry): DataFile => ({
  path,
  bytes,
  ref: { path: disk, ...(member === null ? {} : { member: zipMemberSchema.parse(JSON.parse(member)) }) },
});

/** Name of a file without its folders. */
export const fileName = (file: DataFile): string => basename(file.path);
export const fileExtension = (file: DataFile): string => extensionOf(file.path);
