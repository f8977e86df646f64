import { describe, expect, it } from 'vitest';
import { checkDataset } from '../../../../activities/datasets/import/check.ts';
import { createLeftOutTally, leftOutWords } from '../../../../activities/datasets/import/first-pass.ts';
import { importDataset, readMalignantLeftOut } from '../../../../activities/datasets/import/import-dataset.ts';
import { createMalignantNames } from '../../../../domain/knowledge/malignant-label.ts';
import { caseRecords, jpeg, readAll, temporaryFolder, writeFiles } from '../../../support/datasets.ts';
import { shippedKnowledge } from '../../../support/knowledge.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';

/** A folder of DermNet whose images have these names. */
async function dermNetFolder(...names: string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const [i, name] of [...names, 'psoriasis-1', 'acne-1'].entries())
    await writeFiles(folder, { [`${name === 'acne-1' ? 'test' : 'train'}/Photos/${name}.jpg`]: await jpeg(i) });
  return folder;
}
const leftOut = async (adapter: 'dermnet' | 'fitzpatrick17k', folder: string) =>
  (await readAll(adapter, folder)).filter((r) => r.kind === 'left out');

describe('DermNet', () => {
  it.each([
    'psoriasis-histology-3',
    'Psoriasis-Histology-3',
    'acne-histopathology-3',
    'lupus-immunofluorescence-1',
    'tinea-laboratory-9',
    'tinea-culture-2',
    'scabies-microscopic-2',
    'candida-koh-1',
  ])('%s is no picture of the skin', async (name) => {
    const [only, ...more] = await leftOut('dermnet', await dermNetFolder(name));
    expect(only?.reason).toMatch(/^no picture of the skin: /);
    expect(more).toEqual([]);
  });

  it.each([
    ['atypical-nevi-dermoscopy-4', 'dermoscopic', 'dysplastic nevus'],
    ['hemangioma-Dermatoscopy-1', 'dermoscopic', 'hemangioma'],
    ['atypical-nevi-4', 'clinical', 'dysplastic nevus'],
    ['labial-melanotic-macule-1', 'clinical', 'mucosal melanotic macule'],
    ['erythroplasia-2', 'clinical', 'erythroplasia of queyrat'],
    ['intraepidermal-epithelioma-2', 'clinical', 'bowen disease'],
    ['basal-cell-carcinoma-surgery-2', 'clinical', 'basal cell carcinoma'],
    ['lymphoma-2', 'clinical', 'cutaneous lymphoma'],
    ['lymphosarcoma-2', 'clinical', 'cutaneous lymphoma'],
  ])('%s is a %s picture of %s', async (name, modality, diagnosis) => {
    const records = await caseRecords('dermnet', await dermNetFolder(name));
    expect(records.find((r) => r.id.endsWith(name))).toMatchObject({ modality, diagnosis });
  });
});

describe('a DermNet name without a number', () => {
  it('is counted by its folder, or in full where it names a malignant disease', async () => {
    const folder = await temporaryFolder();
    const files = [
      'train/Photos/03DermatitisArm.jpg',
      'train/Photos/05BowensDiseaseLeg2.jpg',
      'test/Photos/acne-1.jpg',
    ];
    for (const [i, file] of files.entries()) await writeFiles(folder, { [file]: await jpeg(i) });
    expect((await leftOut('dermnet', folder)).map(({ detail }) => detail)).toEqual(['Photos', 'Bowens Disease Leg']);
  });
});

describe('Fitzpatrick17k', () => {
  it('leaves out and counts what dermatologists call wrongly labelled', async () => {
    const folder = await temporaryFolder();
    const rows = ['1 Diagnostic', '', '3 Wrongly labelled', '3 Wrongly labelled', '2 Characteristic'].map(
      (qc, i) => `m${i},1,1,${i === 3 ? 'melanoma' : 'acne'},inflammatory,non-neoplastic,${qc},u,u`,
    );
    const header =
      'md5hash,fitzpatrick_scale,fitzpatrick_centaur,label,nine_partition_label,three_partition_label,qc,url,url_alphanum';
    await writeFiles(folder, { 'fitzpatrick17k.csv': `${[header, ...rows].join('\n')}\n`, 'm0.jpg': await jpeg(1) });
    expect((await leftOut('fitzpatrick17k', folder)).map(({ reason, detail }) => [reason, detail])).toEqual([
      ['the annotators say: wrongly labelled', 'acne'],
      ['the annotators say: wrongly labelled', 'melanoma'],
    ]);
    expect((await caseRecords('fitzpatrick17k', folder)).map((r) => r.id)).toEqual(['m0', 'm1', 'm4']);
  });
});

describe('a row that is left out', () => {
  const isMalignant = createMalignantNames(shippedKnowledge.taxonomy);
  it.each([
    'melanoma mimic',
    'Carcinoma erysipeloides',
    'angiolymphosarcoma',
    'odd BCC of the ear',
    'bowenoid changes, malignant',
    'Malignant : Something new',
    'leukaemias',
    'unknown (malignant)',
    'metastatic disease',
    'melanomaleg',
    'BCCnose',
    'near an actinic keratosis',
  ])('is told first where it says %j', (label) => expect(isMalignant(label)).toBe(true));

  it.each(['patch testing', 'unknown (benign)', 'pseudolymphomatous', 'non-cancerous', 'UNK', '', 'lymph node'])(
    'is one of many where it says %j',
    (label) => expect(isMalignant(label)).toBe(false),
  );

  it('is counted behind those with the name of a malignant disease', () => {
    const tally = createLeftOutTally(shippedKnowledge);
    for (const detail of ['forest', 'forest', 'forest', 'melanoma mimic', 'odd sarcoma', 'odd sarcoma'])
      tally.add({ kind: 'left out', reason: 'label unknown to the taxonomy', detail });
    expect(tally.counts().map(leftOutWords)).toEqual([
      'MALIGNANT, left out 2: label unknown to the taxonomy odd sarcoma',
      'MALIGNANT, left out 1: label unknown to the taxonomy melanoma mimic; near: melanoma',
      'left out 3: label unknown to the taxonomy forest',
    ]);
  });

  it('is found by the check and kept in the report of the import', async () => {
    const folder = await dermNetFolder('forest-1', 'forest-2', 'melanoma-mimic-1');
    const request = { adapter: 'dermnet', folder, knowledge: shippedKnowledge } as const;
    const lost = {
      reason: 'label unknown to the taxonomy',
      detail: 'melanoma mimic',
      count: 1,
      malignant: true,
      near: ['melanoma'],
    };
    expect((await checkDataset(request)).leftOut[0]).toEqual(lost);
    const store = createMemoryStore();
    const settings = { maxPixels: 12_544, snapTo: 28, maxBadShare: 0 };
    const imported = await importDataset({ ...request, store, settings, scratch: await temporaryFolder() });
    const manifest = await store.manifest(imported);
    expect(manifest.facts).toMatchObject({ leftOut: 3, leftOutMalignant: 1 });
    expect(await readMalignantLeftOut(store, manifest)).toEqual([lost]);
  });
});
