/** Parquet files as Hugging Face's `datasets` writes them: images as `{ bytes, path }`, names of classes in the metadata. */
import { parquetWriteBuffer } from 'hyparquet-writer';

export interface Export {
  /** Text by column. */
  fields: Record<string, readonly string[]>;
  images: readonly Uint8Array[];
  /** Names of the images' files; null where the export keeps none. */
  names: readonly (string | null)[];
  /** A column of numbers with their names. */
  classes?: { column: string; names: readonly string[]; values: readonly number[] };
  rowsInGroup?: number;
}

export function hubExport({ fields, images, names, classes, rowsInGroup = 2 }: Export): Uint8Array {
  const features = { image: { _type: 'Image' }, ...(classes ? { [classes.column]: { names: classes.names } } : {}) };
  const rows = images.map((bytes, i) => ({ bytes, path: names[i] ?? null }));
  const text = Object.entries(fields);
  const written = parquetWriteBuffer({
    columnData: [
      { name: 'image', data: rows },
      ...text.map(([name, data]) => ({ name, data: [...data] })),
      ...(classes ? [{ name: classes.column, data: classes.values.map(BigInt) }] : []),
    ],
    schema: [
      { name: 'root', num_children: 1 + text.length + (classes ? 1 : 0) },
      { name: 'image', num_children: 2, repetition_type: 'OPTIONAL' },
      { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
      { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      ...text.map(
        ([name]) => ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' }) as const,
      ),
      ...(classes ? [{ name: classes.column, type: 'INT64', repetition_type: 'OPTIONAL' } as const] : []),
    ],
    rowGroupSize: rowsInGroup,
    kvMetadata: [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }],
  });
  return new Uint8Array(written);
}
