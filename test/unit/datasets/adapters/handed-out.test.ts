/** The forms in which sets are really handed out, saved again, renamed and half downloaded. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importDataset } from '../../../../activities/datasets/import/import-dataset.ts';
import { findFolders } from '../../../../activities/datasets/import/recipe-sources.ts';
import { failureTypes } from '../../../../domain/failures.ts';
import type { AdapterName } from '../../../../domain/recipe/data.ts';
import { jpeg, metadataTable, readAll, temporaryFolder, textbookLine, writeFiles } from '../../../support/datasets.ts';
import { linkImages } from '../../../support/image-files.ts';
import { shippedKnowledge } from '../../../support/knowledge.ts';
import { layouts, writeLayout } from '../../../support/layouts.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';

const csv = (...lines: string[]): string => `${lines.join('\n')}\n`;
/** As Dataverse writes it: text in quotes, tabs between. */
const tab = (text: string): string => text.replaceAll(/[^,\n]+/g, '"$&"').replaceAll(',', '\t');
const bytesOf = (text: string, encoding: BufferEncoding): Buffer => Buffer.from(text, encoding);

const ham = csv('lesion_id,image_id,dx', 'HAM_1,ISIC_1,nv', 'HAM_2,ISIC_2,mel');
const hamImages = ['ISIC_1.jpg', 'ISIC_2.jpg'];
const hamTest = csv('lesion_id,image_id,dx', 'HAMTEST_1,ISIC_9,vasc');
const isic2020 = csv(
  'image_name,patient_id,sex,age_approx,anatom_site_general_challenge,diagnosis,benign_malignant,target',
  'ISIC_1,IP_1,male,45.0,head/neck,nevus,benign,0',
);
const archive = csv('isic_id,diagnosis_1,diagnosis_2,diagnosis_3,image_type', 'ISIC_1,Benign,,Nevus,dermoscopic');
const derm = (split: string, id: string): string =>
  csv(
    'image_id,patient_id,image_type,copyright-license,split,super_class,malignancy,main_class_1,main_class_2,sub_class,label',
    `${id},P_${id},dermoscopic,CC-BY,${split},melanocytic,benign,banal,compound,acral,acb`,
  );
const omni = layouts.find(({ adapter }) => adapter === 'omnimedvqa');
const omniPart = (name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(omni?.tables ?? {}).filter(([path]) => path.endsWith(`${name}.json`)));
const ddi = csv(',DDI_ID,DDI_file,skin_tone,malignant,disease', '0,1,000001.png,56,TRUE,melanoma-in-situ');

interface Form {
  what: string;
  adapter: AdapterName;
  files: Record<string, string | Uint8Array>;
  images: string[];
  /** Ids of the records, in order. */
  gives: string[];
  /** The note that goes with it. */
  notes?: RegExp[];
}

const ofHam: readonly Omit<Form, 'images' | 'gives'>[] = [
  { what: 'tabs and quotes', adapter: 'ham10000', files: { 'HAM10000_metadata.tab': tab(ham) } },
  { what: 'tabs in a file without ending', adapter: 'ham10000', files: { HAM10000_metadata: tab(ham) } },
  { what: 'tabs under the name of commas', adapter: 'ham10000', files: { 'HAM10000_metadata.csv': tab(ham) } },
  { what: '.tsv in capitals', adapter: 'ham10000', files: { 'HAM10000_METADATA.TSV': tab(ham) } },
  { what: '.CSV', adapter: 'ham10000', files: { 'HAM10000_metadata.CSV': ham } },
  { what: "Excel's first line", adapter: 'ham10000', files: { 'HAM10000_metadata.csv': `sep=,\r\n${ham}` } },
  {
    what: "Excel's first line with another separator",
    adapter: 'ham10000',
    files: { 'HAM10000_metadata.csv': `\uFEFF"sep=;"\n${ham.replaceAll(',', ';')}` },
  },
  {
    what: 'UTF-16, as Excel saves "Unicode text"',
    adapter: 'ham10000',
    files: { 'HAM10000_metadata.txt': bytesOf(`\uFEFF${tab(ham)}`, 'utf16le') },
  },
  {
    what: 'indexes without a name, first, last and doubled',
    adapter: 'ham10000',
    files: { 'HAM10000_metadata.csv': csv(',,lesion_id,image_id,dx,', '0,0,L1,ISIC_1,nv,', '1,1,L2,ISIC_2,mel') },
  },
  { what: 'the name with other punctuation', adapter: 'ham10000', files: { 'ham10000 metadata.csv': ham } },
  { what: 'a second download', adapter: 'ham10000', files: { 'HAM10000_metadata (1).csv': ham } },
  { what: 'a day in the name', adapter: 'ham10000', files: { 'HAM10000_metadata_2025-07-22.csv': ham } },
  {
    what: 'a name of its own, by the columns',
    adapter: 'ham10000',
    files: { 'my lesions.csv': ham, 'other.csv': 'a,b\n1,2\n' },
    notes: [/^my lesions\.csv is read as the set's table, by its columns/, /^not read, .*: other\.csv$/],
  },
  {
    what: 'versions in the name',
    adapter: 'ham10000',
    files: {
      'HAM10000_metadata_v9.csv': hamTest,
      'HAM10000_metadata_v10.csv': ham,
      'HAM10000_metadata.csv': hamTest,
    },
    notes: [
      /^HAM10000_metadata_v10\.csv is read, the newest version; not HAM10000_metadata\.csv, HAM10000_metadata_v9/,
    ],
  },
  {
    what: 'days in the name',
    adapter: 'ham10000',
    files: { 'HAM10000_metadata_2024-12-31.csv': hamTest, 'HAM10000_metadata_20250102.csv': ham },
    notes: [/^HAM10000_metadata_20250102\.csv is read, the newest version/],
  },
  {
    what: 'the same table twice',
    adapter: 'ham10000',
    files: { 'HAM10000_metadata.tab': tab(ham), 'HAM10000_metadata.csv': ham },
    notes: [/^HAM10000_metadata\.csv is read, which holds the same; not HAM10000_metadata\.tab$/],
  },
];
const forms: readonly Form[] = ofHam.map((form) => ({ images: hamImages, gives: ['ISIC_1', 'ISIC_2'], ...form }));

const others: readonly Form[] = [
  {
    what: 'the official test table with tabs',
    adapter: 'ham10000',
    files: { 'HAM10000_metadata.tab': tab(ham), 'ISIC2018_Task3_Test_GroundTruth.tab': tab(hamTest) },
    images: [...hamImages, 'ISIC2018_Task3_Test_Images/ISIC_9.JPG'],
    gives: ['ISIC_1', 'ISIC_2', 'ISIC_9'],
  },
  {
    what: 'a test table under another name is told',
    adapter: 'ham10000',
    files: { 'HAM10000_metadata.csv': ham, 'ISIC2018_Task3_Test_Labels.tab': tab(hamTest) },
    images: hamImages,
    gives: ['ISIC_1', 'ISIC_2'],
    notes: [/^not read, as ham10000 needs no such table: ISIC2018_Task3_Test_Labels\.tab$/],
  },
  {
    what: 'the archive, with the day',
    adapter: 'isic-archive',
    files: { 'isic-collection-70_metadata_2025-07-22.csv': archive },
    images: ['ISIC-images/ISIC_1.jpg'],
    gives: ['ISIC_1'],
  },
  {
    what: 'the archive, with the day',
    adapter: 'bcn20000',
    files: { 'bcn20000_metadata_2025-07-22.csv': archive },
    images: ['ISIC_1.jpg'],
    gives: ['ISIC_1'],
  },
  {
    what: 'Kaggle',
    adapter: 'isic2020',
    files: { 'train.csv': isic2020, 'test.csv': 'image_name\nISIC_7\n' },
    images: ['jpeg/train/ISIC_1.jpg', 'jpeg/test/ISIC_7.jpg'],
    gives: ['ISIC_1'],
    notes: [/not read, .*: test\.csv$/],
  },
  {
    what: 'both versions',
    adapter: 'isic2020',
    files: {
      'ISIC_2020_Training_GroundTruth.csv': isic2020.replace('nevus', 'melanoma'),
      'ISIC_2020_Training_GroundTruth_v2.csv': isic2020,
    },
    images: ['train/ISIC_1.jpg'],
    gives: ['ISIC_1'],
    notes: [
      /^ISIC_2020_Training_GroundTruth_v2\.csv is read, the newest version; not ISIC_2020_Training_GroundTruth\.csv/,
    ],
  },
  {
    what: 'the whole beside both parts',
    adapter: 'derm12345',
    files: {
      'derm12345_metadata_train.csv': derm('train', 'D1'),
      'derm12345_metadata_test.csv': derm('test', 'D2'),
      'derm12345_metadata_all.csv': derm('train', 'D1') + derm('test', 'D2').split('\n')[1],
    },
    images: ['derm12345_train_part_1/acb/D1.jpg', 'derm12345_test/acb/D2.jpg'],
    gives: ['D1', 'D2'],
  },
  {
    what: 'one folder down, in capitals',
    adapter: 'dermnet',
    files: {},
    images: ['archive/Train/Acne/acne-1.jpg', 'archive/Test/Acne/acne-2.jpg'],
    gives: ['train/Acne/acne-1', 'test/Acne/acne-2'],
  },
  {
    what: 'the training part alone',
    adapter: 'dermnet',
    files: {},
    images: ['train/Acne/acne-1.JPEG'],
    gives: ['train/Acne/acne-1'],
    notes: [/^holds no folder test\/, so that its cases have no official split$/],
  },
  {
    what: 'some of its files',
    adapter: 'omnimedvqa',
    files: omniPart('ISIC2019'),
    images: ['OmniMedVQA/Images/ISIC2019/test/ISIC_2.jpg'],
    gives: ['q2'],
    notes: [/^holds no ISBI2016\.json, ISIC2018\.json, ISIC2020\.json, Monkeypox Skin Image 2022\.json; the questions/],
  },
  {
    what: "pandas' indexes",
    adapter: 'ddi',
    files: { 'ddi_metadata.csv': csv(',Unnamed: 0,DDI_file,malignant,disease,', '0,0,000001.png,True,melanoma,') },
    images: ['images/000001.png'],
    gives: ['000001'],
  },
  {
    what: 'a folder in capitals for one part, with both tables above',
    adapter: 'skincon',
    files: {
      'annotations_ddi.csv': csv(',ImageID,Vesicle,Do not consider this image', '0,000001.png,1,0'),
      'ddi_metadata.csv': ddi,
    },
    images: ['DDI/000001.png'],
    gives: ['000001'],
  },
];

describe('a set as it is handed out', () => {
  for (const { what, adapter, files, images, gives, notes = [] } of [...forms, ...others]) {
    it(`${adapter}: ${what}`, async () => {
      const folder = await temporaryFolder();
      await linkImages(folder, images);
      await writeFiles(folder, files);
      const told: string[] = [];
      const records = await readAll(adapter, folder, (note) => told.push(note));
      expect(records.flatMap((record) => (record.kind === 'left out' ? [] : [record.id]))).toEqual(gives);
      for (const record of records) expect(record).toHaveProperty('image.path');
      expect(told).toEqual(notes.map((note) => expect.stringMatching(note)));
    });
  }

  it('asks which of two tables is meant where nothing says it', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'a/HAM10000_metadata.csv': ham, 'b/HAM10000_metadata.csv': hamTest });
    await expect(readAll('ham10000', folder)).rejects.toThrow(
      /holds both a\/HAM10000_metadata\.csv and b\/HAM10000_metadata\.csv; remove one/,
    );
  });

  it('says what lies there where a table is missing', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'labels.xlsx': 'x', 'more/numbers.csv': 'a,b\n1,2\n' });
    await expect(readAll('ham10000', folder)).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringMatching(
        /holds no HAM10000_metadata\.csv, .*, but labels\.xlsx, more\/numbers\.csv; one of/,
      ),
    });
  });

  it('keeps official splits where both parts of DermNet are there, and none else', async () => {
    const folder = await temporaryFolder();
    await linkImages(folder, ['Train/Acne/acne-1.jpg']);
    expect(await readAll('dermnet', folder)).toEqual([expect.not.objectContaining({ officialSplit: 'train' })]);
    await linkImages(join(folder, 'Test'), ['Acne/acne-1.jpg']);
    expect(await readAll('dermnet', folder)).toMatchObject([{ officialSplit: 'train' }, { officialSplit: 'test' }]);
  });
});

describe('names of images', () => {
  const endings = ['jfif', 'webp', 'tif', 'TIFF', 'bmp', 'JPEG', 'jpe'];
  it(`are found with each of ${endings.join(', ')}`, async () => {
    const folder = await temporaryFolder();
    const rows = endings.map((ending) => ({ id: `I_${ending}` }));
    await writeFiles(folder, { 'HAM10000_metadata.csv': metadataTable(rows) });
    await linkImages(
      folder,
      endings.map((ending) => `I_${ending}.${ending}`),
    );
    for (const record of await readAll('ham10000', folder)) expect(record).toHaveProperty('image.path');
  });

  for (const [table, disk] of [
    ['NFC', 'NFD'],
    ['NFD', 'NFC'],
  ] as const) {
    it(`are the same in ${table} and ${disk}`, async () => {
      const folder = await temporaryFolder();
      const name = 'Präkanzerose é';
      const line = textbookLine('b1', { image: `${name.normalize(table)}.jpg` });
      await writeFiles(folder, { 'cases.jsonl': line, [`images/${name.normalize(disk)}.jpg`]: await jpeg(1) });
      expect((await readAll('textbook', folder))[0]).toHaveProperty('image.path');
    });
  }

  it('are what the table says exactly where masks or copies in another format lie beside', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'ddi_metadata.csv': ddi,
      '000001.png': await jpeg(1),
      '000001.bmp': await jpeg(2, 80, 80),
    });
    expect((await readAll('ddi', folder))[0]).toMatchObject({ image: { path: join(folder, '000001.png') } });
  });

  it('are refused by name and format where they cannot be decoded', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'ddi_metadata.csv': ddi, '000001.gif': 'GIF89a', 'x.png': await jpeg(1) });
    const request = { adapter: 'ddi', folder, knowledge: shippedKnowledge, store: createMemoryStore() } as const;
    const settings = { maxPixels: 12_544, snapTo: 28, maxBadShare: 0 };
    const imported = importDataset({ ...request, settings, scratch: await temporaryFolder() });
    await expect(imported).rejects.toThrow(/^000001\.gif: /);
  });
});

describe('findFolders', () => {
  it('takes a folder or an archive in any letter case and punctuation', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'HAM10000/x': '', 'PAD UFES_20/x': '', 'Fitzpatrick-17k/x': '', 'DDI.zip': '' });
    const adapters = ['ham10000', 'pad-ufes-20', 'fitzpatrick17k', 'ddi', 'textbook'] as const;
    const places = await findFolders(folder, adapters);
    const names = ['HAM10000', 'PAD UFES_20', 'Fitzpatrick-17k', 'DDI.zip'];
    expect([...places.values()]).toEqual([
      ...names.map((name) => ({ folder: join(folder, name), except: [] })),
      { folder, except: names },
    ]);
  });

  it('does not choose between two folders of one set, and says what it sees where there are none', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'HAM10000/x': '', 'ham_10000/x': '' });
    await expect(findFolders(folder, ['ham10000'])).rejects.toThrow(
      /holds both .* which are both ham10000; remove one/,
    );
    await expect(findFolders(folder, ['ddi', 'derm7pt'])).rejects.toThrow(
      /holds no folder ddi\/, derm7pt\/, but HAM10000, ham_10000; put each/,
    );
    await expect(findFolders(await temporaryFolder(), ['ddi', 'derm7pt'])).rejects.toThrow(
      /derm7pt\/, but nothing; put/,
    );
  });

  it('leaves the folders of other sets out of a set that lies beside them', async () => {
    const folder = await writeLayout({ tables: { 'metadata.csv': archive }, images: ['ISIC_1.jpg', 'DDI/ISIC_1.png'] });
    const places = await findFolders(folder, ['isic-archive', 'ddi']);
    const store = createMemoryStore();
    const settings = { maxPixels: 12_544, snapTo: 28, maxBadShare: 0 };
    const request = { store, settings, knowledge: shippedKnowledge, scratch: await temporaryFolder() };
    const place = places.get('isic-archive') ?? { folder };
    const artifact = await importDataset({ ...request, adapter: 'isic-archive', ...place });
    expect((await store.manifest(artifact)).facts).toMatchObject({ cases: 1 });
  });
});
