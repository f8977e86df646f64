/** Damaged copies of every set: a line that says what is wrong, or a record without image that the import counts. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importDataset } from '../../../../activities/datasets/import/import-dataset.ts';
import { failureTypes } from '../../../../domain/failures.ts';
import { readAll, temporaryFolder, writeFiles } from '../../../support/datasets.ts';
import { shippedKnowledge } from '../../../support/knowledge.ts';
import { type Layout, layouts, writeLayout, writeLayoutTo } from '../../../support/layouts.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';

const bom = '\uFEFF';
const withTables = (layout: Layout, change: (text: string) => string): Promise<string> =>
  writeLayout({
    ...layout,
    tables: Object.fromEntries(Object.entries(layout.tables).map(([name, text]) => [name, change(text)])),
  });
async function withFirstTable(layout: Layout, change: (lines: string[]) => string[]): Promise<string> {
  const [[name, text] = ['', '']] = Object.entries(layout.tables);
  return writeLayout({
    ...layout,
    tables: { ...layout.tables, [name]: `${change(text.trimEnd().split('\n')).join('\n')}\n` },
  });
}
const renamed = (header: string, column: string): string =>
  header
    .split(',')
    .map((name) => (name === column ? 'renamed' : name))
    .join(',');

async function mistake(layout: Layout, folder: string): Promise<string> {
  const error: unknown = await readAll(layout.adapter, folder).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ type: failureTypes.userMistake });
  const { message } = error as Error; // matched above
  expect(message).not.toContain('\n');
  return message;
}

const tables = layouts.filter((layout) => layout.imageColumn !== null);
const name = ({ adapter, form }: Layout): string => `${adapter} (${form})`;

describe('a damaged table', () => {
  for (const layout of tables) {
    const column = layout.imageColumn ?? '';
    it(`missing column: ${name(layout)}`, async () => {
      const folder = await withFirstTable(layout, ([header = '', ...rows]) => [renamed(header, column), ...rows]);
      // Without `isic_id` a table is no download of the archive and the set's own columns are asked for.
      expect(await mistake(layout, folder)).toMatch(
        /row 1: column .* is missing; the columns are|nor metadata\.csv of the ISIC archive/,
      );
    });
    it(`wrong delimiter: ${name(layout)}`, async () => {
      const folder = await withFirstTable(layout, (lines) => lines.map((line) => line.replaceAll(',', ';')));
      expect(await mistake(layout, folder)).toMatch(/row 1: columns are separated by ";"; save the table with commas/);
    });
    it(`duplicate id: ${name(layout)}`, async () => {
      const folder = await withFirstTable(layout, (lines) => [...lines, lines.at(-1) ?? '']);
      // Derm7pt's index files say first that the row is one too many.
      expect(await mistake(layout, folder)).toMatch(
        /: row \d+.*: (?:".*" stands in .*row \d+.* already; remove one|row 3 counted from zero is in none of meta)/,
      );
    });
    it(`path that leaves the folder: ${name(layout)}`, async () => {
      const folder = await withFirstTable(layout, ([header = '', ...rows]) => {
        const at = header.split(',').indexOf(column);
        return [header, ...rows.map((row) => row.split(',').with(at, '../../etc/passwd').join(','))];
      });
      expect(await mistake(layout, folder)).toMatch(/row 2: column .* is "\.\.\/\.\.\/etc\/passwd": expected /);
    });
  }
});

describe('a table that a spreadsheet saved', () => {
  for (const layout of layouts.filter(({ adapter }) => adapter !== 'dermnet')) {
    it(`byte order mark: ${name(layout)}`, async () => {
      const intact = await readAll(layout.adapter, await writeLayout(layout));
      expect(await readAll(layout.adapter, await withTables(layout, (text) => bom + text))).toHaveLength(intact.length);
    });
    it(`CRLF: ${name(layout)}`, async () => {
      const intact = await readAll(layout.adapter, await writeLayout(layout));
      const folder = await withTables(layout, (text) => text.replaceAll('\n', '\r\n'));
      expect(await readAll(layout.adapter, folder)).toHaveLength(intact.length);
    });
  }
});

describe('an image that is absent', () => {
  for (const layout of layouts.filter(({ adapter }) => adapter !== 'dermnet')) {
    it(`is counted, and nothing is written but to the store: ${name(layout)}`, async () => {
      const around = await temporaryFolder();
      const folder = join(around, 'set');
      await writeLayoutTo(folder, { ...layout, images: [...layout.images, 'kept.png'] });
      await rm(join(folder, layout.images[0] ?? ''));
      const scratch = await temporaryFolder();
      const request = {
        adapter: layout.adapter,
        folder,
        scratch,
        store: createMemoryStore(),
        knowledge: shippedKnowledge,
      };
      const budget = { maxPixels: 12_544, snapTo: 28 };
      const strict = importDataset({ ...request, settings: { ...budget, maxBadShare: 0 } });
      await expect(strict).rejects.toMatchObject({
        type: failureTypes.badData,
        message: expect.stringMatching(/there is no image .*: data\.maxBadShare 0 allows 0 of/),
      });
      const artifact = await importDataset({ ...request, settings: { ...budget, maxBadShare: 1 } });
      expect((await request.store.manifest(artifact)).facts).toMatchObject({ quarantined: 1 });
      expect(await readdir(scratch)).toEqual([]);
      expect(await readdir(folder)).toEqual(expect.arrayContaining(['kept.png']));
      expect(await readdir(around)).toEqual(['set']);
    });
  }
});

describe('OmniMedVQA', () => {
  const layout = layouts.find(({ adapter }) => adapter === 'omnimedvqa');
  const damage: [what: string, change: (text: string) => string, says: RegExp][] = [
    [
      'a path that leaves the folder',
      (t) => t.replaceAll(/Images\/[^"]*/g, 'Images/../../x.jpg'),
      /item 0: image_path is "Images\/\.\.\/\.\.\/x\.jpg": expected a path below Images\//,
    ],
    ['a missing field', (t) => t.replaceAll('"gt_answer"', '"answer"'), /ISBI2016\.json: item 0: field gt_answer: /],
    ['no JSON', (t) => t.slice(0, 40), /^ISBI2016\.json: is not JSON \(.+\); download it again/],
    [
      'half of a character',
      (t) => t.replace('"q0"', '"q\\ud83d"'),
      /^ISBI2016\.json: is not JSON \(.+half of a character/,
    ],
    ['no list', () => '{}', /^ISBI2016\.json: expected a list of questions/],
    [
      'a duplicate id',
      (t) => `[${t.slice(1, -1)},${t.slice(1, -1)}]`,
      /: item 2: "q0" stands in ISBI2016\.json: item 0 already; remove one/,
    ],
  ];
  for (const [what, change, says] of damage) {
    it(`says in one line what is wrong: ${what}`, async () => {
      if (!layout) throw new RangeError('no layout');
      expect(await mistake(layout, await withTables(layout, change))).toMatch(says);
    });
  }

  it('counts an answer that is none of the options', async () => {
    if (!layout) throw new RangeError('no layout');
    const records = await readAll(
      'omnimedvqa',
      await withTables(layout, (t) => t.replaceAll('"gt_answer":"melanoma"', '"gt_answer":"wart"')),
    );
    expect(records).toHaveLength(5);
    expect(records[0]).toEqual({
      kind: 'left out',
      reason: 'the answer is none of the options',
      detail: 'omnimedvqa/isbi2016',
    });
  });
});

describe('DermNet', () => {
  it('asks for its folders', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'acne/acne-1.jpg': 'x' });
    await expect(readAll('dermnet', folder)).rejects.toThrow(
      /holds no folder train\/; expected train\/<category>\/<disease>-<number>\.jpg/,
    );
  });
});

describe('Derm7pt', () => {
  const layout = layouts.find(({ adapter }) => adapter === 'derm7pt');
  const damage: [what: string, change: Record<string, string | null>, says: RegExp][] = [
    [
      'a part without index file',
      { 'release_v0/meta/test_indexes.csv': null },
      /holds no test_indexes\.csv, but others/,
    ],
    [
      'a row in no part',
      { 'release_v0/meta/valid_indexes.csv': 'indexes\n7\n' },
      /row 1 counted from zero is in none of meta/,
    ],
    [
      'a row in two parts',
      { 'release_v0/meta/valid_indexes.csv': 'indexes\n0\n1\n' },
      /0 is in two of the index files/,
    ],
    [
      'a row that the table does not have',
      { 'release_v0/meta/test_indexes.csv': 'indexes\n2\n3\n' },
      /test_indexes\.csv: row 3: 3 is not a row of meta\.csv, whose 3 rows count from zero/,
    ],
    ['a word for a number', { 'release_v0/meta/valid_indexes.csv': 'indexes\none\n' }, /"one" is not a row number/],
  ];
  for (const [what, change, says] of damage) {
    it(`says in one line what is wrong: ${what}`, async () => {
      if (!layout) throw new RangeError('no layout');
      const changed = Object.entries({ ...layout.tables, ...change }).flatMap(([path, text]) =>
        text === null ? [] : [[path, text]],
      );
      expect(await mistake(layout, await writeLayout({ ...layout, tables: Object.fromEntries(changed) }))).toMatch(
        says,
      );
    });
  }
});
