/** How files are named: the same name in any letter case, punctuation, Unicode form and version. */
import { basename, extname } from 'node:path';

/** Endings under which images are looked for. What the import does not accept of them (GIF, HEIC) it refuses by name. */
const imageExtensions: readonly string[] =
  '.jpg .jpeg .jpe .jfif .png .webp .tif .tiff .bmp .gif .heic .heif .avif .jp2'.split(' ');

/** Endings of tables that are read as text; Dataverse hands some out without any. */
export const textTableExtensions: readonly string[] = ['.csv', '.tab', '.tsv', '.txt'];

/** Endings of tables and archives that a set may be handed out in and that are not read. */
const unreadExtensions: readonly string[] =
  '.xlsx .xls .ods .feather .arrow .tfrecord .tar .gz .tgz .bz2 .xz .7z .rar'.split(' ');

/** In lower case. */
export const extensionOf = (path: string): string => extname(path).toLowerCase();
export const isImageName = (path: string): boolean => imageExtensions.includes(extensionOf(path));
export const isZipName = (path: string): boolean => extensionOf(path) === '.zip';
/** Spreadsheets and tables in formats that are not read: saving them as CSV is the remedy, not unpacking. */
export const isUnreadTable = (path: string): boolean =>
  ['.xlsx', '.xls', '.ods', '.feather', '.arrow'].includes(extensionOf(path));
export const isUnreadFormat = (path: string): boolean => unreadExtensions.includes(extensionOf(path));

/** macOS writes "é" as two characters, other systems as one; letter case is no part of a name here. */
export const foldName = (name: string): string => name.normalize('NFC').toLowerCase();

/** Letters and digits alone: `PAD-UFES-20`, `pad_ufes_20` and `PAD UFES 20` are one name. */
export const plainName = (name: string): string => foldName(name).replaceAll(/[^\p{L}\p{N}]+/gu, '');

/** Drops the ending of an image's file name and no other: `ISIC_1.a` keeps its own. */
export const withoutExtension = (name: string): string =>
  isImageName(name) ? name.slice(0, -extname(name).length) : name;

/** File name without folder and ending. */
export const stemOf = (path: string): string => withoutExtension(basename(path));

/** What stands behind a table's name: a date, a version, the number that a browser gives to a second download. */
interface Version {
  /** The name without it. */
  base: string;
  /** `20250722`; empty without one. */
  date: string;
  version: number[];
  download: number;
}

const endings: readonly [pattern: RegExp, take: (version: Version, found: RegExpExecArray) => void][] = [
  [/\s*\((\d+)\)$/, (version, [, count]) => Object.assign(version, { download: Number(count) })],
  [
    /[-_ .](?:version|ver|v)[-_ .]?(\d+(?:[._]\d+)*)$/i,
    (version, [, numbers = '']) => Object.assign(version, { version: numbers.split(/[._]/).map(Number) }),
  ],
  [
    /[-_ .]((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?:[-_T ]\d[\d-_.:]*Z?)?$/i,
    (version, [, ...date]) => Object.assign(version, { date: date.join('') }),
  ],
];

/** `HAM10000_metadata_2025-07-22 (1)` is `HAM10000_metadata` of a day, downloaded a second time. */
export function splitVersion(stem: string): Version {
  const version: Version = { base: stem, date: '', version: [], download: 0 };
  for (let found = true; found; ) {
    found = false;
    for (const [pattern, take] of endings) {
      const match = pattern.exec(version.base);
      if (!match) continue;
      take(version, match);
      version.base = version.base.slice(0, match.index);
      found = true;
    }
  }
  return version;
}

/** Positive where `a` is the newer: by date, then by version, then by download. */
export function compareVersions(a: Version, b: Version): number {
  if (a.date !== b.date) return a.date < b.date ? -1 : 1;
  const places = Math.max(a.version.length, b.version.length);
  for (let i = 0; i < places; i += 1) {
    const difference = (a.version[i] ?? 0) - (b.version[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.download - b.download;
}

/** Name of a table's file without its ending, where it has one of a table. */
export const tableStem = (path: string): string => {
  const known = [...textTableExtensions, '.json', '.jsonl', '.ndjson', '.parquet'].includes(extensionOf(path));
  return known ? basename(path).slice(0, -extname(path).length) : basename(path);
};
