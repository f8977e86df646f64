/** A set's table out of the Parquet files in which Hugging Face exports it: one table over all of its shards. */
import { basename } from 'node:path';
import type { FileReader } from './file-ref.ts';
import { type DataFile, fileName } from './folder.ts';
import { plainName } from './names.ts';
import type { ParquetFile } from './parquet.ts';
import type { Table } from './table.ts';

/** Which of an adapter's columns an export calls by names of its own. */
export interface Roles {
  /** The name of the image. */
  image: string;
  /** The diagnosis. */
  label?: string;
}

const imageNames = ['image_id', 'img_id', 'isic_id', 'image_name', 'file_name', 'filename', 'name', 'id'];
const labelNames = ['dx', 'diagnosis', 'diagnostic', 'disease', 'label', 'labels', 'class', 'class_name'];

export function parquetTable(
  files: readonly DataFile[],
  reader: FileReader,
  roles: Roles,
  note: (text: string) => void,
): Table {
  const [first, ...more] = files;
  if (!first) throw new RangeError('no file');
  const name = more.length === 0 ? fileName(first) : `${fileName(first)} and ${more.length} more`;
  const columns = async (): Promise<string[]> => namesFor(await reader.parquet(first.ref.path), roles);
  return {
    name,
    columns,
    standIn: {
      essential: [roles.image, ...(roles.label === undefined ? [] : [roles.label])],
      // Without patients and lesions, pictures of one lesion may fall on both sides of a split.
      onLack: (lacking) =>
        note(
          `${name} has no column ${lacking.join(', ')}; pictures are grouped by what is there, if need be each on its own`,
        ),
    },
    async *records() {
      const wanted = await columns();
      for (const file of files) yield* recordsOf(file, wanted);
    },
  };

  async function* recordsOf(file: DataFile, wanted: readonly string[]): ReturnType<Table['records']> {
    const { path } = file.ref;
    const parquet = await reader.parquet(path);
    const own = namesFor(parquet, roles).map((column, i) => ({ column, source: parquet.columns[i] }));
    const sources = wanted.map((column) => own.find((each) => each.column === column)?.source);
    const [column] = parquet.imageColumns;
    let row = 0;
    for await (const found of parquet.rows()) {
      const where = `${fileName(file)}: row ${row + 1}`;
      const fields = sources.map((source) => (source === undefined ? '' : (found[source] ?? '')));
      const at = wanted.indexOf(roles.image);
      if (column !== undefined && fields[at] === '') {
        // Without a name of its own a picture is called by its place.
        const stored = basename(await parquet.imageName(row, column));
        fields[at] = stored === '' ? `${fileName(file).replace(/\.parquet$/i, '')}-${row}` : stored;
      }
      const image = column === undefined ? {} : { image: { path, cell: { row, column, name: fields[at] ?? '' } } };
      yield { where, fields, ...image };
      row += 1;
    }
  }
}

/** The file's columns under the adapter's names; the image's name is added where there is none. */
function namesFor({ columns, imageColumns }: ParquetFile, roles: Roles): string[] {
  const renamed = new Map<string, string>();
  for (const [role, others] of [
    [roles.image, imageNames],
    [roles.label, labelNames],
  ] as const) {
    if (role === undefined) continue;
    const same = (name: string) => columns.find((column) => plainName(column) === plainName(name));
    const found = [role, ...others].map(same).find((column) => column !== undefined && !renamed.has(column));
    if (found !== undefined) renamed.set(found, role);
  }
  const names = columns.map((column) => renamed.get(column) ?? column);
  return imageColumns.length === 0 || names.includes(roles.image) ? names : [...names, roles.image];
}
