import { describe, expect, it } from 'vitest';
import { type Check, type CheckRequest, checkDataset } from '../../../../activities/datasets/import/check.ts';
import { importDataset, importFactsSchema } from '../../../../activities/datasets/import/import-dataset.ts';
import { renderCheck } from '../../../../cli/data/render-check.ts';
import {
  hamFolder,
  jpeg,
  metadataTable,
  temporaryFolder,
  textbookLine,
  writeFiles,
} from '../../../support/datasets.ts';
import { shippedKnowledge } from '../../../support/knowledge.ts';
import { layouts, writeLayout } from '../../../support/layouts.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';
import { zipOf } from '../../../support/zips.ts';

const check = (adapter: CheckRequest['adapter'], folder: string, maxBadShare?: number): Promise<Check> =>
  checkDataset({ adapter, folder, knowledge: shippedKnowledge, ...(maxBadShare === undefined ? {} : { maxBadShare }) });

const importAs = async (adapter: CheckRequest['adapter'], folder: string, maxBadShare: number) => {
  const store = createMemoryStore();
  const settings = { maxPixels: 12_544, snapTo: 28, maxBadShare };
  const request = { store, adapter, folder, settings, knowledge: shippedKnowledge };
  const artifact = await importDataset({ ...request, scratch: await temporaryFolder() });
  return importFactsSchema.parse((await store.manifest(artifact)).facts);
};

const html = '<!DOCTYPE html><html><body>403 Forbidden</body></html>';

describe('checkDataset', () => {
  for (const layout of layouts) {
    it(`finds what the import finds: ${layout.adapter} (${layout.form})`, async () => {
      const folder = await writeLayout(layout);
      const { records, repeated, failure, leftOut } = await check(layout.adapter, folder);
      const facts = await importAs(layout.adapter, folder, 0);
      expect(failure).toBeNull();
      expect({ made: records, twice: repeated, leftOut: leftOut.reduce((sum, { count }) => sum + count, 0) }).toEqual({
        made: facts.cases + facts.ready + facts.concepts,
        twice: facts.duplicates,
        leftOut: facts.leftOut,
      });
    });
  }

  it('fails where the import fails, in the same words, and names the share', async () => {
    const rows = ['A', 'B', 'C', 'D'].map((id) => ({ id }));
    const folder = await hamFolder(rows);
    await writeFiles(folder, {
      'HAM10000_metadata.csv': metadataTable([...rows, { id: 'E' }]),
      'HAM10000_images_part_1/A.jpg': html,
    });
    for (const share of [0, 0.2, 0.39]) {
      const { failure } = await check('ham10000', folder, share);
      expect(failure).toMatch(
        / allows \d of 5 images to be unusable and 2 are, a share of 0\.4; .* \(--max-bad-share\)$/,
      );
      await expect(importAs('ham10000', folder, share)).rejects.toThrow(/allows \d of 5 images to be unusable and/);
    }
    expect(await check('ham10000', folder, 0.4)).toMatchObject({
      failure: null,
      absentImages: 1,
      absent: ['HAM10000_metadata.csv: row 6: there is no image E'],
      unusableImages: 1,
      unusable: ['A.jpg: is an HTML page'],
    });
    expect(await importAs('ham10000', folder, 0.4)).toMatchObject({ cases: 3, quarantined: 2 });
  });

  const kinds: [content: string | Uint8Array, says: string][] = [
    [html, 'is an HTML page'],
    [`\n  <html>`, 'is an HTML page'],
    ['', 'is an empty file'],
    ['{"error": "not found"}', 'is JSON'],
    ['GIF89a', 'is gif'],
    ['no image', 'is no known image'],
  ];
  for (const [content, says] of kinds) {
    it(`tells what a file is that is no image, also in an archive: ${says}`, async () => {
      const folder = await temporaryFolder();
      await writeFiles(folder, {
        'HAM10000_metadata.csv': metadataTable(['A', 'B', 'C'].map((id) => ({ id }))),
        'A.jpg': content,
        'B.jpg': await jpeg(1),
        'part.zip': await zipOf([{ name: 'C.jpg', data: content }]),
      });
      expect((await check('ham10000', folder, 1)).unusable).toEqual([`A.jpg: ${says}`, `C.jpg: ${says}`]);
    });
  }

  it('says that nothing can be used as the import says it', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'HAM10000_metadata.csv': metadataTable([{ id: 'A' }]) });
    expect((await check('ham10000', folder, 1)).failure).toMatch(/holds none of the 1 images/);
    await writeFiles(folder, { 'cases.jsonl': textbookLine('a', { diagnosis: 'psoriassis' }) });
    expect((await check('textbook', folder)).failure).toMatch(
      /no row can be used; 1: label unknown to the taxonomy psoriassis, near psoriasis/,
    );
  });

  it('counts patients, lesions, classes by split and rows', async () => {
    const folder = await hamFolder([
      { id: 'A', patient: 'P1' },
      { id: 'B', patient: 'P1' },
      { id: 'C', patient: '', lesion: 'L1', dx: 'mel' },
    ]);
    const header = 'lesion_id,image_id,dx\n';
    await writeFiles(folder, {
      'ISIC2018_Task3_Test_GroundTruth.csv': `${header}L9,Z,mel\n`,
      'Z.jpg': await jpeg(99),
    });
    const found = await check('ham10000', folder);
    expect(found).toMatchObject({
      rows: 4,
      groups: { patient: 1, lesion: 2 },
      classes: { 'melanocytic nevus': { train: 2 }, melanoma: { train: 1, test: 1 } },
    });
    expect(renderCheck(found)).toEqual(
      expect.arrayContaining([
        'rows          4 read: 4 used, 0 left out',
        'groups        patient 1, lesion 2',
        'diagnosis     melanoma 2 (test 1, train 1)',
      ]),
    );
  });

  it('cuts long lists and counts what it cuts', async () => {
    const folder = await temporaryFolder();
    const labels = Array.from({ length: 30 }, (_, i) => `unheard-of ${i}`);
    const lines = labels.map((diagnosis, i) => textbookLine(`b${i}`, { diagnosis }));
    await writeFiles(folder, { 'cases.jsonl': lines.join('\n') });
    const leftOut = renderCheck(await check('textbook', folder)).filter((line) => line.startsWith('left out'));
    expect(leftOut).toHaveLength(21);
    expect(leftOut.at(-1)).toBe('left out      … and 10 more, 10 rows');
  });
});
