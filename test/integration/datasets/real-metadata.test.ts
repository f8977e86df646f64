/** The real tables of the data sets, with image files of the names that they list. */
import { copyFile, cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { createLeftOutTally } from '../../../activities/datasets/import/first-pass.ts';
import type { LeftOut, SourceRecord } from '../../../activities/datasets/records/record.ts';
import { readAll, temporaryFolder, writeFiles } from '../../support/datasets.ts';
import { linkImages } from '../../support/image-files.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';
import { needsSharedData, sharedData } from '../../support/shared-data.ts';

const shared = (path: string): string => join(sharedData ?? '', path);

const countBy = <T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(items, keyOf)].map(([key, group]) => [key, group.length]));
const casesOf = (records: readonly (SourceRecord | LeftOut)[]) => records.filter((r) => r.kind === 'case');
const leftOutOf = (records: readonly (SourceRecord | LeftOut)[]) => {
  const tally = createLeftOutTally(shippedKnowledge);
  for (const record of records) if (record.kind === 'left out') tally.add(record);
  return tally.counts();
};
async function column(path: string, name: string): Promise<string[]> {
  const rows: Record<string, string>[] = parse(await readFile(shared(path)), { columns: true, bom: true });
  return rows.map((row) => row[name] ?? '');
}

describe.skipIf(sharedData === null)(`adapters on real metadata${needsSharedData}`, () => {
  it('reads HAM10000: 10,015 images of 7 classes and 7,470 lesions', async () => {
    const folder = await temporaryFolder();
    await copyFile(shared('ham10000/HAM10000_metadata.csv'), join(folder, 'HAM10000_metadata.csv'));
    const ids = await column('ham10000/HAM10000_metadata.csv', 'image_id');
    await linkImages(
      folder,
      ids.map((id, i) => `HAM10000_images_part_${i < 5000 ? 1 : 2}/${id}.jpg`),
    );
    const records = casesOf(await readAll('ham10000', folder));
    expect(countBy(records, (r) => r.diagnosis)).toEqual({
      'melanocytic nevus': 6705,
      melanoma: 1113,
      'benign keratosis-like lesion': 1099,
      'basal cell carcinoma': 514,
      'actinic keratosis or bowen disease': 327,
      'vascular lesion': 142,
      dermatofibroma: 115,
    });
    expect(records).toHaveLength(10_015);
    expect(new Set(records.map((r) => r.group)).size).toBe(7470);
    // By this the archive's form tells the challenge's held-back pictures.
    expect(ids.toSorted()).toEqual(Array.from({ length: 10_015 }, (_, i) => `ISIC_00${24_306 + i}`));
    expect(records.every((r) => 'path' in r.image)).toBe(true);
  });

  it('reads PAD-UFES-20: 2,298 images of 6 classes and 1,373 patients, 54 of them present', async () => {
    const folder = await temporaryFolder();
    await copyFile(shared('pad_ufes_20/metadata.csv'), join(folder, 'metadata.csv'));
    await cp(shared('pad_ufes_20/images'), join(folder, 'images/imgs_part_1'), { recursive: true });
    const records = casesOf(await readAll('pad-ufes-20', folder));
    expect(countBy(records, (r) => r.diagnosis)).toEqual({
      'basal cell carcinoma': 845,
      'actinic keratosis': 730,
      'melanocytic nevus': 244,
      'seborrheic keratosis': 235,
      'squamous cell carcinoma': 192,
      melanoma: 52,
    });
    expect(new Set(records.map((r) => r.group)).size).toBe(1373);
    expect(records.filter((r) => 'path' in r.image)).toHaveLength(54);
  });

  it('reads DERM12345: 27 of its 40 labels in the rows at hand, all 40 in its taxonomy', async () => {
    const folder = await temporaryFolder();
    const names: string[] = [];
    for (const part of ['train', 'test']) {
      const table = `derm12345_metadata_${part}.csv`;
      await copyFile(shared(`derm12345/${table}`), join(folder, table));
      const [ids, labels] = [
        await column(`derm12345/${table}`, 'image_id'),
        await column(`derm12345/${table}`, 'label'),
      ];
      const place = part === 'train' ? 'derm12345_train_part_1' : 'derm12345_test';
      names.push(...ids.map((id, i) => `${place}/${labels[i]}/${id}.jpg`));
    }
    await linkImages(folder, names);
    const records = casesOf(await readAll('derm12345', folder));
    expect(records).toHaveLength(22 + 81);
    expect(new Set(records.map((r) => r.diagnosis)).size).toBe(27);
    expect(countBy(records, (r) => r.officialSplit ?? 'none')).toEqual({ train: 22, test: 81 });
    expect(records.every((r) => 'path' in r.image)).toBe(true);
  });

  it('maps the 40 labels of DERM12345 to 40 nodes', async () => {
    const labels = await column('derm12345/derm12345_taxonomy.csv', 'label');
    const folder = await temporaryFolder();
    const header =
      'image_id,patient_id,image_type,copyright-license,split,super_class,malignancy,main_class_1,main_class_2,sub_class,label';
    const lines = labels.map((label, i) => `DERM_${i},PID_${i},dermoscopic,CC-BY,train,,,,,,${label}`);
    await writeFiles(folder, { 'derm12345_metadata_all.csv': [header, ...lines, ''].join('\n') });
    await linkImages(
      folder,
      labels.map((_, i) => `derm12345_train_part_1/DERM_${i}.jpg`),
    );
    const records = casesOf(await readAll('derm12345', folder));
    expect(new Set(records.map((r) => r.diagnosis)).size).toBe(40);
  });

  it('reads the disease diagnoses of OmniMedVQA: 476, 173, 1,637, 1,212 and 154', async () => {
    const folder = await temporaryFolder();
    const questions = 'QA_information/Open-access';
    await cp(shared(`omnimedvqa/reconstructed/${questions}`), join(folder, 'OmniMedVQA', questions), {
      recursive: true,
    });
    const names = new Set<string>();
    for (const set of ['ISBI2016', 'ISIC2018', 'ISIC2019', 'ISIC2020', 'Monkeypox Skin Image 2022']) {
      const items: { image_path: string }[] = JSON.parse(
        await readFile(shared(`omnimedvqa/reconstructed/${questions}/${set}.json`), 'utf8'),
      );
      for (const { image_path } of items) names.add(image_path);
    }
    await linkImages(join(folder, 'OmniMedVQA'), names);
    const records = await readAll('omnimedvqa', folder);
    const items = records.filter((r) => r.kind === 'question');
    expect(items).toHaveLength(records.length);
    expect(countBy(items, (r) => r.source)).toEqual({
      'omnimedvqa/isbi2016': 476,
      'omnimedvqa/isic2018': 173,
      'omnimedvqa/isic2019': 1637,
      'omnimedvqa/isic2020': 1212,
      'omnimedvqa/monkeypox2022': 154,
    });
    const answer = (r: (typeof items)[number]): string => r.question.options[r.question.answer] ?? '';
    const ofIsbi = items.filter((r) => r.source === 'omnimedvqa/isbi2016');
    expect(countBy(ofIsbi, answer)).toEqual({ Yes: 244, 'Benign condition.': 163, 'Malignant condition.': 69 });
    expect(countBy(ofIsbi, (r) => String(r.question.options.length))).toEqual({ 4: 302, 2: 174 });
    expect(items.every((r) => 'path' in r.image)).toBe(true);
  });

  it("reads DermNet's test tree: 4,002 names, 187 without a disease, 17 of slides and cultures", async () => {
    const folder = await temporaryFolder();
    const paths = (await column('dermnet/mmskin_Dermnet_test.csv', 'image')).map((path) =>
      path.replace('Dermnet/', ''),
    );
    await linkImages(folder, paths);
    await mkdir(join(folder, 'train'));
    const records = await readAll('dermnet', folder);
    const leftOut = leftOutOf(records);
    const nameless = leftOut.filter(({ reason }) => reason.startsWith('file name'));
    expect(nameless.reduce((sum, { count }) => sum + count, 0)).toBe(187);
    const unknown = leftOut.filter(({ reason }) => reason === 'label unknown to the taxonomy');
    expect(Object.fromEntries(unknown.map(({ detail, count }) => [detail, count]))).toEqual({
      'patch testing': 12,
      'melanoma mimic': 6,
      '8Psoriasis2': 2,
      'angry back patch testing': 2,
      'congenital anomalies': 2,
      Forest: 1,
      'Psoriasis Cellulitis': 1,
      desquamation: 1,
      'genital ulcers': 1,
      'normal variations': 1,
    });
    const laboratory = leftOut.filter(({ reason }) => reason.startsWith('no picture of the skin'));
    expect(Object.fromEntries(laboratory.map(({ detail, count }) => [detail, count]))).toEqual({
      'tinea laboratory': 9,
      'Psoriasis Histology': 5,
      'acne histology': 2,
      'basal cell carcinoma histology': 1,
    });
    expect(leftOut.filter(({ malignant }) => malignant).map(({ detail }) => detail)).toEqual([
      'melanoma mimic',
      'Keratoacanthoma', // its name has no number at the end
    ]);
    expect(countBy(casesOf(records), (r) => r.modality)).toEqual({ clinical: 3755, dermoscopic: 14 });
    expect(leftOut).toHaveLength(unknown.length + nameless.length + laboratory.length);
    expect(records).toHaveLength(4002);
    expect(new Set(casesOf(records).map((r) => r.officialSplit))).toEqual(new Set(['test']));
  });

  it('reads SkinCon over DDI: 656 images, 20 not to be considered', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'DDI'));
    await copyFile(shared('skincon/annotations_ddi.csv'), join(folder, 'DDI/annotation.csv'));
    const ids = await column('skincon/annotations_ddi.csv', 'ImageID');
    await linkImages(join(folder, 'DDI/images'), ids);
    const records = await readAll('skincon', folder);
    expect(countBy(records, (r) => r.kind)).toEqual({ concepts: 636, 'left out': 20 });
    const [first] = records;
    expect(first).toMatchObject({ id: '000655', concepts: { plaque: 'present', crust: 'present' } });
  });
});
