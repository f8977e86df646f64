import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importDataset } from '../../../../activities/datasets/import/import-dataset.ts';
import { createFileReader } from '../../../../activities/datasets/opening/file-ref.ts';
import { readJsonLines } from '../../../../activities/store/rows.ts';
import { artifactFiles } from '../../../../domain/artifact-files.ts';
import { caseSchema } from '../../../../domain/cases/case.ts';
import { caseRecords, jpeg, metadataTable, readAll, temporaryFolder, writeFiles } from '../../../support/datasets.ts';
import { shippedKnowledge } from '../../../support/knowledge.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';
import { hubExport } from '../../../support/parquet.ts';
import { zipOf } from '../../../support/zips.ts';

const images = await Promise.all([0, 60, 120, 180, 240].map((shade) => jpeg(shade)));
const ids = images.map((_, i) => `ISIC_${i}`);
const ham = {
  image_id: ids,
  lesion_id: ids.map((_, i) => `HAM_${i >> 1}`),
  dx: ['melanocytic_Nevi', 'melanoma', 'bkl', 'nv', 'dermatofibroma'],
};
const settings = { maxPixels: 12_544, snapTo: 28, maxBadShare: 0 };

async function importFrom(folder: string) {
  const store = createMemoryStore();
  const request = { store, adapter: 'ham10000', folder, settings, knowledge: shippedKnowledge } as const;
  const artifact = await importDataset({ ...request, scratch: await temporaryFolder() });
  return readJsonLines(store, artifact, artifactFiles.dataset.cases.name, caseSchema);
}

describe('an export of the Hub', () => {
  it('is the set of the same table and images, whatever its row groups', async () => {
    const plain = await temporaryFolder();
    const rows = ids.map((id, i) => ({ id, lesion: ham.lesion_id[i] ?? '', dx: ham.dx[i] ?? '' }));
    await writeFiles(plain, { 'HAM10000_metadata.csv': metadataTable(rows) });
    for (const [i, id] of ids.entries()) await writeFiles(plain, { [`${id}.jpg`]: images[i] ?? '' });
    for (const rowsInGroup of [1, 2, 5]) {
      const folder = await temporaryFolder();
      const file = hubExport({ fields: ham, images, names: ids, rowsInGroup });
      await writeFiles(folder, { 'data/train-00000-of-00001.parquet': file });
      expect(await importFrom(folder)).toEqual(await importFrom(plain));
    }
  });

  it('is one set over its shards, with a note that says so', async () => {
    const folder = await temporaryFolder();
    const shard = (from: number, to: number): Uint8Array => {
      const fields = Object.fromEntries(Object.entries(ham).map(([name, values]) => [name, values.slice(from, to)]));
      return hubExport({ fields, images: images.slice(from, to), names: ids.slice(from, to) });
    };
    await writeFiles(folder, {
      'data/train-00000-of-00002.parquet': shard(0, 3),
      'data/train-00001-of-00002.parquet': shard(3, 5),
    });
    const notes: string[] = [];
    const records = await readAll('ham10000', folder, (note) => notes.push(note));
    expect(records).toMatchObject(ids.map((id) => ({ id, group: expect.stringMatching(/^lesion\/HAM_/) })));
    expect(records[3]).toMatchObject({ where: 'train-00001-of-00002.parquet: row 1' });
    expect(notes).toEqual([expect.stringMatching(/^train-00000-.*, train-00001-.* is read instead of HAM10000_/)]);
  });

  it("names a picture by its file, and a class by the export's list", async () => {
    const folder = await temporaryFolder();
    const classes = {
      column: 'label',
      names: ['melanoma-in-situ', 'seborrheic-keratosis'],
      values: [1, 0, 1, 0, 0],
    };
    const names = ['images/000001.png', '000002.png', null, '000004.png', '000005.png'];
    const fields = { malignant: images.map(() => 'True') };
    await writeFiles(folder, { 'test.parquet': hubExport({ fields, images, names, classes }) });
    expect((await caseRecords('ddi', folder)).map(({ id, diagnosis }) => [id, diagnosis])).toEqual([
      ['000001', 'seborrheic keratosis'],
      ['000002', 'melanoma in situ'],
      ['test-2', 'seborrheic keratosis'],
      ['000004', 'melanoma in situ'],
      ['000005', 'melanoma in situ'],
    ]);
  });

  it('says that it names no lesions, and groups each picture on its own', async () => {
    const folder = await temporaryFolder();
    const classes = { column: 'label', names: ['nv', 'mel'], values: [0, 1, 0, 1, 0] };
    await writeFiles(folder, { 'x.parquet': hubExport({ fields: {}, images, names: ids, classes }) });
    const notes: string[] = [];
    const records = await readAll('ham10000', folder, (note) => notes.push(note));
    expect(records).toMatchObject(ids.map((id) => ({ id, group: `isic/${id}` })));
    expect(notes).toContainEqual(expect.stringMatching(/^x\.parquet has no column lesion_id; pictures are grouped by/));
  });

  it('reads the diseases of DermNet from the names of its files', async () => {
    const folder = await temporaryFolder();
    const classes = { column: 'label', names: ['Acne and Rosacea Photos'], values: [0, 0, 0, 0, 0] };
    const names = ['acne-1.jpg', '03Arm.jpg', 'patch-testing-2.jpg', 'psoriasis-3.jpg', 'acne-2.jpg'];
    await writeFiles(folder, { 'train.parquet': hubExport({ fields: {}, images, names, classes }) });
    const records = await readAll('dermnet', folder);
    expect(records.map((r) => (r.kind === 'left out' ? r.reason : r.id))).toEqual([
      'acne-1',
      'file name without a disease and a number',
      'label unknown to the taxonomy',
      'psoriasis-3',
      'acne-2',
    ]);
  });

  it('gives each picture its own bytes', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'x.parquet': hubExport({ fields: ham, images, names: ids, rowsInGroup: 2 }) });
    const parquet = await createFileReader().parquet(join(folder, 'x.parquet'));
    for (const row of [4, 0, 3, 1, 2]) expect(Buffer.from(await parquet.image(row, 'image'))).toEqual(images[row]);
    await expect(parquet.image(5, 'image')).rejects.toThrow(/x\.parquet: there is no row 5/);
  });

  const mistakes: [what: string, files: () => Promise<Record<string, string | Uint8Array>>, says: RegExp][] = [
    [
      'no Parquet',
      async () => ({ 'x.parquet': 'PAR1' }),
      /^x\.parquet: is not a readable Parquet file \(.*\); download/,
    ],
    [
      'columns that are not the set',
      async () => ({ 'x.parquet': hubExport({ fields: { lesion_id: ham.lesion_id }, images, names: ids }) }),
      /^x\.parquet: row 1: column dx is missing; the columns are lesion_id, image_id/,
    ],
    [
      'an archive around it',
      async () => ({ 'x.zip': await zipOf([{ name: 'x.parquet', data: 'PAR1' }]) }),
      /^x\.zip\/x\.parquet: Parquet is not read in an archive; unpack it/,
    ],
  ];
  for (const [what, files, says] of mistakes) {
    it(`says in one line what is wrong: ${what}`, async () => {
      const folder = await temporaryFolder();
      await writeFiles(folder, await files());
      await expect(readAll('ham10000', folder)).rejects.toThrow(says);
    });
  }
});
