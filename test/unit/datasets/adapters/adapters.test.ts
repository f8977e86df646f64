import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failureTypes } from '../../../../domain/failures.ts';
import {
  caseRecords,
  hamFolder,
  jpeg,
  metadataTable,
  readAll,
  temporaryFolder,
  textbookLine,
  writeFiles,
} from '../../../support/datasets.ts';

const table = 'HAM10000_metadata.csv';
const rows = [
  { id: 'ISIC_1', dx: 'nv', lesion: 'HAM_1' },
  { id: 'ISIC_2', dx: 'nv', lesion: 'HAM_1' },
  { id: 'ISIC_3', dx: 'akiec' },
  { id: 'ISIC_4', dx: 'Angioma' },
];
const read = (folder: string) => caseRecords('ham10000', folder);

describe('ham10000', () => {
  it('reads codes, names and synonyms, and groups by lesion', async () => {
    const records = await read(await hamFolder(rows));
    expect(records.map((r) => [r.id, r.group, r.diagnosis, r.malignancy])).toEqual([
      ['ISIC_1', 'lesion/HAM_1', 'melanocytic nevus', 'benign'],
      ['ISIC_2', 'lesion/HAM_1', 'melanocytic nevus', 'benign'],
      ['ISIC_3', 'lesion/L_ISIC_3', 'actinic keratosis or bowen disease', 'precancerous_in_situ'],
      ['ISIC_4', 'lesion/L_ISIC_4', 'hemangioma', 'benign'],
    ]);
    expect(records[2]?.path).toEqual(['epidermal lesion', 'actinic keratosis or bowen disease']);
    expect(records[1]?.image).toEqual({ path: expect.stringMatching(/HAM10000_images_part_2\/ISIC_2\.jpg$/) });
  });

  it('groups by patient where the table names one', async () => {
    const records = await read(
      await hamFolder([
        { id: 'A', patient: 'P7' },
        { id: 'B', patient: 'P7' },
        { id: 'C', patient: '' },
      ]),
    );
    expect(records.map((r) => r.group)).toEqual(['patient/P7', 'patient/P7', 'lesion/L_C']);
  });

  it('takes each of the seven codes', async () => {
    const codes = ['akiec', 'bcc', 'bkl', 'df', 'mel', 'nv', 'vasc'];
    const records = await read(await hamFolder(codes.map((dx) => ({ id: `I_${dx}`, dx }))));
    expect(new Set(records.map((r) => r.diagnosis)).size).toBe(7);
  });

  const variants: [what: string, text: string, name?: string][] = [
    ['a byte order mark and CRLF', `\uFEFF${metadataTable(rows, '\r\n')}`],
    ['blank lines and padded fields', metadataTable(rows).replaceAll('nv,', ' nv ,').replaceAll('\n', '\n\n')],
    ['quoted fields', metadataTable(rows).replaceAll('scalp', '"scalp, left"')],
    ['the Dataverse name without extension', metadataTable(rows), 'HAM10000_metadata'],
    ['a plain name', metadataTable(rows), 'metadata.csv'],
  ];
  for (const [what, text, name = table] of variants) {
    it(`reads ${what}`, async () => {
      const folder = await hamFolder(rows);
      await rm(join(folder, table));
      await writeFiles(folder, { [name]: text });
      expect((await read(folder)).map((r) => r.id)).toEqual(rows.map((r) => r.id));
    });
  }

  it('finds images beside the table, in capitals, and in the archive that holds its folders twice', async () => {
    const folder = await hamFolder([{ id: 'ISIC_1' }]);
    const image = await jpeg(0);
    await writeFiles(folder, { [table]: metadataTable([{ id: 'ISIC_1' }, { id: 'ISIC_2' }]), 'isic_2.JPG': image });
    await writeFiles(folder, { 'ham10000_images_part_1/ISIC_1.jpg': image });
    expect(await read(folder)).toHaveLength(2);
  });

  const withTable = (text: string) => async (): Promise<string> => {
    const folder = await hamFolder(rows);
    await writeFiles(folder, { [table]: text });
    return folder;
  };
  const mistakes: [what: string, make: () => Promise<string>, says: string | RegExp][] = [
    ['a missing folder', async () => join(await temporaryFolder(), 'gone'), /gone: there is no such folder/],
    ['a file for a folder', async () => join(await hamFolder(rows), table), /: is a file; give the folder/],
    ['an empty folder', temporaryFolder, /: is empty; put the data set into it/],
    [
      'no table',
      () => without(table),
      /: holds no HAM10000_metadata\.csv, metadata\.csv, ISIC2018_Task3_Training_GroundTruth\.csv; one of them/,
    ],
    ['archives only', async () => onlyArchive(), /: holds only what is not read, set\.tar\.gz; unpack it, then import/],
    ['two tables', () => withFile('metadata.csv', 'x'), /holds both HAM10000_metadata\.csv and metadata\.csv/],
    [
      'an empty table',
      withTable(''),
      `${table}: row 1: column lesion_id, image_id, dx is missing; the columns are none`,
    ],
    [
      'missing columns',
      withTable('image_id,diagnosis\nISIC_1,nv\n'),
      `${table}: row 1: column lesion_id, dx is missing; the columns are image_id, diagnosis`,
    ],
    ['no rows', withTable(metadataTable([])), `${table}: holds a header but no rows`],
    [
      'a short row',
      withTable(`${metadataTable(rows)}HAM_9,ISIC_4\n`),
      `${table}: row 6: has 2 columns, the header has 7; complete the row, or put fields that hold the separator into quotes`,
    ],
    [
      'an open quote',
      withTable(metadataTable(rows).replace('scalp', '"scalp')),
      /^HAM10000_metadata\.csv: is not a CSV table: /,
    ],
    [
      'an unknown label',
      withTable(metadataTable(rows).replace('akiec', 'wort')),
      /^HAM10000_metadata\.csv: row 4: column dx is "wort": allowed are mel, nv, bcc, akiec, bkl, df, vasc, and names/,
    ],
    ['an empty label', withTable(metadataTable(rows).replace('akiec', '')), /row 4: column dx is "": allowed are/],
    [
      'a label that decides nothing',
      withTable(metadataTable(rows).replace('akiec', 'melanocytic lesion')),
      /row 4: column dx: "melanocytic lesion" may be benign or malignant; give a finer diagnosis, e\.g\. one of melanocytic nevus/,
    ],
    [
      'an empty image_id',
      withTable(metadataTable(rows).replace(',ISIC_3,', ',,')),
      `${table}: row 4: column image_id is empty`,
    ],
    [
      'a duplicate image_id',
      withTable(metadataTable([...rows, { id: 'ISIC_2' }])),
      `${table}: row 6: "ISIC_2" stands in ${table}: row 3 already; remove one`,
    ],
    [
      'two images of one name',
      async () => withFile('ISIC_1.jpg', await jpeg(9, 80, 90)),
      /two different images have this name/,
    ],
  ];
  for (const [what, make, says] of mistakes) {
    it(`says in one line what is wrong: ${what}`, async () => {
      const error = await read(await make()).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ type: failureTypes.userMistake, message: expect.stringMatching(says) });
      expect((error as Error).message).not.toContain('\n'); // matched above
    });
  }

  it('notes an image that is absent', async () => {
    const folder = await hamFolder(rows);
    await writeFiles(folder, { [table]: metadataTable([...rows, { id: 'ISIC_9' }]) });
    expect((await read(folder)).at(-1)).toMatchObject({ where: `${table}: row 6`, image: { absent: 'ISIC_9' } });
  });

  it.skipIf(process.getuid?.() === 0)('says that a folder may not be read', async () => {
    const folder = await hamFolder(rows);
    await chmod(folder, 0o000);
    await expect(read(folder)).rejects.toThrow(/may not be read; change its permissions/);
    await chmod(folder, 0o700);
  });
});

const without = async (name: string): Promise<string> => {
  const folder = await hamFolder(rows);
  await rm(join(folder, name));
  return folder;
};
const withFile = async (name: string, data: string | Uint8Array): Promise<string> => {
  const folder = await hamFolder(rows);
  await writeFiles(folder, { [name]: data });
  return folder;
};
const onlyArchive = async (): Promise<string> => {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'set.tar.gz': 'PK' });
  return folder;
};

describe('textbook', () => {
  const file = 'textbook/cases.jsonl';
  async function textbook(lines: readonly string[]): Promise<string> {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      [file]: lines.join('\n'),
      'textbook/images/b1.jpg': await jpeg(1),
      'textbook/images/b2.jpg': await jpeg(2),
    });
    return folder;
  }
  const readBook = (folder: string) => caseRecords('textbook', join(folder, 'textbook'));

  it('reads rationales and canonical diagnoses', async () => {
    const records = await readBook(await textbook([textbookLine('b1'), '', textbookLine('b2', { diagnosis: 'SCC' })]));
    expect(records.map((r) => [r.id, r.source, r.diagnosis])).toEqual([
      ['b1', 'textbook', 'melanocytic nevus'],
      ['b2', 'textbook', 'squamous cell carcinoma'],
    ]);
    expect(records[0]?.rationale).toMatch(/^Presence of/);
  });

  it('keeps the source and takes the id from the image', async () => {
    const line = JSON.stringify({ ...JSON.parse(textbookLine('b2')), id: undefined, source: 'Atlas, p. 12' });
    expect((await readBook(await textbook([line])))[0]).toMatchObject({ id: 'b2', reference: 'Atlas, p. 12' });
  });

  it('leaves out labels that are unknown or decide nothing, and counts them', async () => {
    const lines = [textbookLine('b1', { diagnosis: 'wort' }), textbookLine('b2', { diagnosis: 'epidermal lesion' })];
    expect(await readAll('textbook', join(await textbook(lines), 'textbook'))).toEqual([
      { kind: 'left out', reason: 'label unknown to the taxonomy', detail: 'wort' },
      { kind: 'left out', reason: 'label that decides no malignancy', detail: 'epidermal lesion' },
    ]);
  });

  it('keeps what else a line says', async () => {
    const more = { page: 112, caption: 'Fig. 3.1', seen: { by: ['A', 'B'] } };
    const [plain, extended] = await readBook(await textbook([textbookLine('b1'), textbookLine('b2', more)]));
    expect(extended?.provenance).toEqual(more);
    expect(plain).not.toHaveProperty('provenance');
  });

  const mistakes: [what: string, second: string, says: string][] = [
    ['no JSON', '{', 'line 2: is not JSON (SyntaxError: '],
    ['half of a character', textbookLine('b\ud83d'), 'line 2: is not JSON (SyntaxError: "b\\ud83d'],
    ['no object', '[]', 'line 2: the line is []: give one object with image, rationale and diagnosis'],
    [
      'a missing field',
      textbookLine('b2', { rationale: undefined }),
      'line 2: rationale is missing: give the reasoning that leads to the diagnosis',
    ],
    ['an empty rationale', textbookLine('b2', { rationale: ' ' }), 'line 2: rationale is "": give the reasoning'],
    ['a duplicate id', textbookLine('b1'), 'line 2: "b1" stands in cases.jsonl: line 1 already; remove one'],
    [
      'an image elsewhere',
      textbookLine('b2', { image: '../../b2.jpg' }),
      'line 2: image is "../../b2.jpg": give the name of a file in images/',
    ],
  ];
  for (const [what, second, says] of mistakes) {
    it(`says in one line what is wrong: ${what}`, async () => {
      const error = await readBook(await textbook([textbookLine('b1'), second])).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({
        type: failureTypes.userMistake,
        message: expect.stringContaining(`cases.jsonl: ${says}`),
      });
      expect((error as Error).message).not.toContain('\n'); // matched above
    });
  }
});
