/** Mistakes of those who download: what is told names the file, what it is, and what to do. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDataset } from '../../../../activities/datasets/import/check.ts';
import { failureTypes } from '../../../../domain/failures.ts';
import {
  hamFolder,
  metadataTable,
  readAll,
  temporaryFolder,
  textbookLine,
  writeFiles,
} from '../../../support/datasets.ts';
import { shippedKnowledge } from '../../../support/knowledge.ts';
import { zipOf } from '../../../support/zips.ts';

const table = 'HAM10000_metadata.csv';
const html = '\n<!DOCTYPE html><html><body>Sign in, please</body></html>';

const messageOf = async (reading: Promise<unknown>): Promise<string> => {
  const error: unknown = await reading.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ type: failureTypes.userMistake });
  return (error as Error).message; // matched above
};

describe('a table that is none', () => {
  const workbook = zipOf([{ name: 'xl/workbook.xml', data: '<workbook/>' }]);
  it.each<[what: string, content: () => Promise<Uint8Array | string>, says: string]>([
    ['a web page', async () => html, 'is a web page, not a table; download the table itself again'],
    ['JSON', async () => '{"error": "gone"}', 'is JSON, not a table; download the table as CSV'],
    ['a workbook', () => workbook, 'is an Excel workbook or a zip archive, not text; save the table as CSV'],
    ['gzip', async () => Buffer.from('1f8b0800', 'hex'), 'is packed by gzip; unpack it'],
  ])('is told: %s', async (_, content, says) => {
    const folder = await hamFolder([{ id: 'A' }]);
    await writeFiles(folder, { [table]: await content() });
    expect(await messageOf(readAll('ham10000', folder))).toBe(`${table}: ${says}`);
  });

  it('is to be saved as CSV where it is a workbook by its name', async () => {
    const folder = await hamFolder([{ id: 'A' }]);
    await rm(join(folder, table));
    await writeFiles(folder, { 'HAM10000_metadata.xlsx': await workbook });
    expect(await messageOf(readAll('ham10000', folder))).toMatch(
      /, but HAM10000_metadata\.xlsx; .*; if HAM10000_metadata\.xlsx is that table, save it as CSV$/,
    );
    const only = await temporaryFolder();
    await writeFiles(only, { 'HAM10000_metadata.xlsx': await workbook });
    expect(await messageOf(readAll('ham10000', only))).toMatch(/HAM10000_metadata\.xlsx; save it as CSV, then import/);
    expect(await messageOf(readAll('ham10000', join(only, 'HAM10000_metadata.xlsx')))).toMatch(/save it as CSV beside/);
  });

  it.each(['HAM_9,ISIC_4', `HAM_9,ISIC_4,nv,histo,40,male,back${',more'.repeat(3)}`])(
    'says how a ragged row is mended: %s',
    async (row) => {
      const folder = await hamFolder([{ id: 'A' }]);
      await writeFiles(folder, { [table]: `${metadataTable([{ id: 'A' }])}${row}\n` });
      expect(await messageOf(readAll('ham10000', folder))).toMatch(
        /row 3: has \d+ columns, the header has 7; complete the row, or put fields that hold the separator into quotes$/,
      );
    },
  );
});

describe('an archive that is none', () => {
  it.each([
    ['', 'is an empty file; download it again'],
    [html, 'is a web page, not a zip archive; download it again'],
    ['{"error": "gone"}', 'is JSON, not a zip archive; download it again'],
  ])('is told, in a folder and by itself: %j', async (content, says) => {
    const folder = await hamFolder([{ id: 'A' }]);
    await writeFile(join(folder, 'part.zip'), content);
    expect(await messageOf(readAll('ham10000', folder))).toBe(`part.zip: ${says}`);
    expect(await messageOf(readAll('ham10000', join(folder, 'part.zip')))).toBe(`part.zip: ${says}`);
  });
});

describe('a line of a textbook', () => {
  it.each<[more: Record<string, unknown>, says: RegExp]>([
    [{ image: undefined }, /: image is missing: give the name of a file in images\/, without a folder$/],
    [{ image: 7 }, /: image is 7: give the name of a file/],
    [{ diagnosis: '' }, /: diagnosis is "": give the name of the disease, as text that is not empty$/],
    [{ diagnosis: ['melanoma'] }, /: diagnosis is \["melanoma"\]: give the name of the disease/],
    [{ rationale: null }, /: rationale is null: give the reasoning that leads to the diagnosis/],
    [{ id: '' }, /: id is "": give a text that is not empty, or leave it out/],
    [{ source: 12 }, /: source is 12: give book and page as text/],
    [{ modality: 'photo' }, /: modality is "photo": give one of .*dermoscopic.*, or leave it out$/],
  ])('says in plain words what %j lacks', async (more, says) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'cases.jsonl': textbookLine('a', more) });
    const message = await messageOf(readAll('textbook', folder));
    expect(message).toMatch(says);
    expect(message).toMatch(/^cases\.jsonl: line 1: /);
    expect(message).not.toMatch(/invalid input|expected|too small|undefined/i);
  });
});

it('calls a slide of a malignant disease no loss: it is no picture of skin', async () => {
  const folder = await temporaryFolder();
  await writeFiles(folder, {
    'train/M/melanoma-histology-1.jpg': 'x',
    'train/M/melanoma-mimic-1.jpg': 'x',
    'train/M/melanoma-2.jpg': 'x',
  });
  const { leftOut } = await checkDataset({ adapter: 'dermnet', folder, knowledge: shippedKnowledge });
  expect(leftOut.map(({ detail, malignant }) => [detail, malignant])).toEqual([
    ['melanoma mimic', true],
    ['melanoma histology', false],
  ]);
});
