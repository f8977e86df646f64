/**
 * SkinCon (Daneshjou et al. 2022): 48 concepts over Fitzpatrick17k and DDI. `fitzpatrick17k/` and `DDI/` hold
 * `annotation.csv` (or the name under which it is published) and the images; one of them suffices. The annotations say
 * no diagnosis: it comes from `fitzpatrick17k.csv` and `ddi_metadata.csv` where these are beside them. An image whose
 * diagnosis stays unknown keeps its concepts.
 */
import { userMistake } from '../../../domain/failures.ts';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import { createDiskMap, type DiskMap } from '../opening/disk-map.ts';
import type { DataFolder } from '../opening/folder.ts';
import { imagesOf } from '../opening/image-files.ts';
import { foldName, plainName, stemOf } from '../opening/names.ts';
import { readColumns, readTable, type Table, type TableRow } from '../opening/table.ts';
import { findTable } from '../opening/tables.ts';
import { diagnose } from '../records/diagnosis.ts';
import type { DatasetAdapter, LeftOut, SourceRecord } from '../records/record.ts';
import { ddiTable } from './ddi.ts';
import { fitzpatrickTable, isWronglyLabelled } from './fitzpatrick17k.ts';

interface Part {
  name: 'fitzpatrick17k' | 'ddi';
  /** Names of the annotations; the first only in the part's own folder. */
  annotations: [string, ...string[]];
  /** Table of the set itself, with its columns of image and diagnosis. */
  table: string;
  columns: [image: string, label: string];
}

const parts: readonly Part[] = [
  {
    name: 'fitzpatrick17k',
    annotations: ['annotation', 'annotations_fitzpatrick17k', 'fitzpatrick17k_anno'],
    table: fitzpatrickTable,
    columns: ['md5hash', 'label'],
  },
  {
    name: 'ddi',
    annotations: ['annotation', 'annotations_ddi', 'ddi_anno'],
    table: ddiTable,
    columns: ['DDI_file', 'disease'],
  },
];
const refused = 'Do not consider this image';

export const readSkinCon: DatasetAdapter = async function* (folder, knowledge) {
  let found = 0;
  for (const part of parts) {
    const own = folderOf(folder, part.name);
    const place = own === undefined ? folder : folder.within(own);
    const annotations =
      (own === undefined ? null : await findTable(place, part.annotations)) ??
      (await findTable(folder, part.annotations.slice(1)));
    if (annotations === null) continue;
    found += 1;
    using labels = createDiskMap();
    await readLabels(folder, part, labels);
    yield* readPart(part, place, annotations, labels, knowledge);
  }
  if (found === 0) throw userMistake(`${folder.name}: holds no fitzpatrick17k/annotation.csv or DDI/annotation.csv`);
};

/** The part's own folder or archive, the highest of its name; below it lie its table or its images. */
function folderOf(folder: DataFolder, part: string): string | undefined {
  const above = (path: string): string[] =>
    path.split('/').flatMap((name, i, names) => (isOf(name, part) ? [names.slice(0, i + 1).join('/')] : []));
  const files = folder.others().map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1));
  const found = [...new Set([...files, ...folder.imageFolders()].flatMap(above))];
  return found.toSorted((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1))[0];
}

const isOf = (name: string, part: string): boolean => plainName(name.replace(/\.zip$/i, '')) === plainName(part);

async function* readPart(
  { name }: Part,
  place: DataFolder,
  table: Table,
  labels: DiskMap,
  knowledge: Knowledge,
): AsyncGenerator<SourceRecord | LeftOut> {
  const images = imagesOf(place);
  const concepts = (await readColumns(table)).filter(
    (column) => !['', 'ImageID', refused].map(foldName).includes(foldName(column)),
  );
  for await (const row of readTable(table, ['ImageID', refused])) {
    if (isOne(row, refused)) {
      yield { kind: 'left out', reason: 'the annotators say: do not consider this image', detail: name };
      continue;
    }
    const file = row.requireName('ImageID');
    const id = stemOf(file);
    const present = concepts.filter((concept) => isOne(row, concept));
    const record = {
      where: row.where,
      id,
      source: `skincon/${name}`,
      image: await images.find(file),
      group: `${name}/${id}`,
      modality: 'clinical' as const,
      archiveIds: [`${name}/${id}`],
      // Of the 48, those not listed are absent.
      concepts: Object.fromEntries(present.map((concept) => [concept.toLowerCase(), 'present'])),
    };
    const diagnosed = diagnose(labels.get(id), knowledge);
    yield diagnosed ? { kind: 'case', ...record, ...diagnosed } : { kind: 'concepts', ...record };
  }
}

function isOne(row: TableRow, column: string): boolean {
  const value = Number(row.require(column));
  if (value !== 0 && value !== 1)
    throw userMistake(`${row.where}: column ${column} is "${row.get(column)}": expected 0 or 1`);
  return value === 1;
}

/** Adds labels by image, as the set itself gives them, less those that it calls wrong; none where its table is absent. */
async function readLabels(
  folder: DataFolder,
  { table, columns: [image, label] }: Part,
  labels: DiskMap,
): Promise<void> {
  const file = await findTable(folder, [table]);
  if (file === null) return;
  for await (const row of readTable(file, [image, label])) {
    if (isWronglyLabelled(row.get('qc'))) continue;
    const id = stemOf(row.require(image));
    labels.add(id, row.get(label));
  }
}
