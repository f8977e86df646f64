import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ImportRequest, importDataset } from '../../../../activities/datasets/import/import-dataset.ts';
import { readJson } from '../../../../activities/store/commit.ts';
import { readJsonLines } from '../../../../activities/store/rows.ts';
import type { ArtifactRef } from '../../../../domain/artifact.ts';
import { artifactFiles } from '../../../../domain/artifact-files.ts';
import { caseSchema } from '../../../../domain/cases/case.ts';
import { readyCaseSchema } from '../../../../domain/cases/undiagnosed.ts';
import { failureTypes } from '../../../../domain/failures.ts';
import { hamFolder, jpeg, metadataTable, temporaryFolder, writeFiles } from '../../../support/datasets.ts';
import { shippedKnowledge } from '../../../support/knowledge.ts';
import { layouts, writeLayout } from '../../../support/layouts.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';

const rows = ['A', 'B', 'C', 'D'].map((id) => ({ id }));

async function request(folder: string, more: Partial<ImportRequest> = {}): Promise<ImportRequest> {
  const settings = { maxPixels: 12_544, snapTo: 28, maxBadShare: 0.5 };
  const common = { store: createMemoryStore(), knowledge: shippedKnowledge, scratch: await temporaryFolder() };
  return { ...common, adapter: 'ham10000', folder, settings, ...more };
}
const idsOf = async ({ store }: ImportRequest, artifact: ArtifactRef): Promise<string[]> =>
  (await readJsonLines(store, artifact, artifactFiles.dataset.cases.name, caseSchema)).map((c) => c.id);

describe('importDataset', () => {
  it('stores cases in the order of the table, with perceptual hashes and sizes', async () => {
    const work = await request(await hamFolder(rows));
    const cases = await readJsonLines(
      work.store,
      await importDataset(work),
      artifactFiles.dataset.cases.name,
      caseSchema,
    );
    expect(cases.map((c) => c.id)).toEqual(['ham10000/A', 'ham10000/B', 'ham10000/C', 'ham10000/D']);
    expect(cases[0]?.images[0]).toMatchObject({ width: 56, height: 56 });
    expect(await readdir(work.scratch)).toEqual([]);
  });

  it('finds what it has imported, and notices a changed image', async () => {
    const folder = await hamFolder(rows);
    const work = await request(folder);
    const first = await importDataset(work);
    expect(await importDataset(work)).toEqual(first);
    await writeFiles(folder, { 'HAM10000_images_part_1/A.jpg': await jpeg(99) });
    expect((await importDataset(work)).key).not.toBe(first.key);
  });

  it('is the same wherever the folder stands', async () => {
    const [here, there] = [await request(await hamFolder(rows)), await request(await hamFolder(rows))];
    expect(await importDataset(here)).toEqual(await importDataset(there));
  });

  it('is the same whatever lies beside the set, and tells of it', async () => {
    const [plain, beside] = [await hamFolder(rows), await hamFolder(rows)];
    await writeFiles(beside, { 'my notes.csv': 'a,b\n1,2\n' });
    const notes: string[] = [];
    const told = await importDataset(await request(beside, { onNote: (note) => notes.push(note) }));
    expect(told).toEqual(await importDataset(await request(plain)));
    expect(notes).toEqual(['not read, as ham10000 needs no such table: my notes.csv']);
  });

  it('quarantines bad and absent images with their reasons, up to the share that is let pass', async () => {
    const folder = await hamFolder(rows);
    const table = metadataTable([...rows, { id: 'E' }]);
    await writeFiles(folder, { 'HAM10000_images_part_1/A.jpg': 'no image', 'HAM10000_metadata.csv': table });
    const work = await request(folder);
    const artifact = await importDataset(work);
    const report = await readJson(work.store, artifact, 'report.json', z.object({ quarantine: z.array(z.string()) }));
    expect(report.quarantine).toEqual([
      expect.stringMatching(/^A\.jpg: .*unsupported image format/),
      'HAM10000_metadata.csv: row 6: there is no image E',
    ]);
    expect(await idsOf(work, artifact)).toEqual(['ham10000/B', 'ham10000/C', 'ham10000/D']);
    const strict = { ...work, settings: { ...work.settings, maxBadShare: 0.2 } };
    await expect(importDataset(strict)).rejects.toMatchObject({
      type: failureTypes.badData,
      message: expect.stringContaining('data.maxBadShare 0.2 allows 1 of 5 images to be unusable'),
    });
  });

  it('leaves out a second case of the same pixels and says whose they are', async () => {
    const folder = await hamFolder(rows);
    await copyFile(join(folder, 'HAM10000_images_part_1/A.jpg'), join(folder, 'HAM10000_images_part_2/D.jpg'));
    const work = await request(folder);
    const artifact = await importDataset(work);
    expect((await work.store.manifest(artifact)).facts).toMatchObject({ cases: 3, duplicates: 1 });
    const schema = z.object({ repeated: z.array(z.object({ id: z.string(), sameAs: z.string() })) });
    const { repeated } = await readJson(work.store, artifact, 'report.json', schema);
    expect(repeated).toEqual([{ id: 'ham10000/D', sameAs: 'ham10000/A' }]);
  });

  it('keeps every question on one image', async () => {
    const layout = layouts.find(({ adapter }) => adapter === 'omnimedvqa');
    if (!layout) throw new RangeError('no layout');
    const oneImage = Object.entries(layout.tables).map(([name, text]) => [
      name,
      text.replaceAll(/Images\/[^"]*/g, 'Images/ISBI2016/test/ISIC_0.jpg'),
    ]);
    const work = await request(await writeLayout({ ...layout, tables: Object.fromEntries(oneImage) }), {
      adapter: 'omnimedvqa',
    });
    const ready = await readJsonLines(
      work.store,
      await importDataset(work),
      artifactFiles.dataset.ready.name,
      readyCaseSchema,
    );
    expect(ready).toHaveLength(5);
    expect(new Set(ready.map((item) => item.images[0]?.sha256)).size).toBe(1);
  });

  it('says that a folder holds none of the images', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'HAM10000_metadata.csv': metadataTable(rows) });
    await expect(importDataset(await request(folder))).rejects.toThrow(/: holds none of the 4 images; put them in it/);
  });

  it('stops when it is cancelled', async () => {
    const work = await request(await hamFolder(rows), { signal: AbortSignal.abort() });
    await expect(importDataset(work)).rejects.toThrow(/abort/);
    expect(await work.store.keys('dataset', '')).toEqual([]);
  });
});
