import { describe, expect, it } from 'vitest';
import type { LeftOut, SourceRecord } from '../../../../activities/datasets/records/record.ts';
import { caseRecords, readAll } from '../../../support/datasets.ts';
import { type Layout, layouts, writeLayout } from '../../../support/layouts.ts';

const layoutOf = (adapter: string, form = ''): Layout => {
  const found = layouts.find((layout) => layout.adapter === adapter && layout.form.startsWith(form));
  if (!found) throw new RangeError(`${adapter} has no form ${form}`);
  return found;
};
const summary = (records: readonly (SourceRecord | LeftOut)[]): string[] =>
  records
    .flatMap((r) => (r.kind === 'left out' ? [] : [`${r.source}: ${r.kind === 'case' ? r.diagnosis : '/'}`]))
    .toSorted();

describe('adapters read each form in which their set is downloaded', () => {
  for (const layout of layouts) {
    it(`${layout.adapter}: ${layout.form}`, async () => {
      const records = await readAll(layout.adapter, await writeLayout(layout));
      expect(summary(records)).toEqual(layout.holds);
      for (const record of records) if (record.kind !== 'left out') expect(record.image).toHaveProperty('path');
    });
  }
});

describe('what a case keeps of its set', () => {
  const read = async (adapter: Layout['adapter'], form?: string) =>
    caseRecords(adapter, await writeLayout(layoutOf(adapter, form)));

  it('HAM10000: official test set, lesions, archive ids', async () => {
    const [train, test] = await read('ham10000', 'Dataverse');
    expect(train).toMatchObject({ group: 'lesion/HAM_1', officialSplit: 'train', archiveIds: ['isic/ISIC_1'] });
    expect(test).toMatchObject({ group: 'lesion/HAMTEST_1', officialSplit: 'test' });
  });

  it('HAM10000: no official split without the test set', async () => {
    expect((await read('ham10000', 'Kaggle')).every((r) => r.officialSplit === undefined)).toBe(true);
  });

  it('ISIC 2018: parts are splits', async () => {
    const records = await read('isic2018');
    expect(records.map((r) => [r.id, r.officialSplit, r.group])).toEqual([
      ['ISIC_0024306', 'train', 'lesion/HAM_7'],
      ['ISIC_0034524', 'test', 'isic/ISIC_0034524'],
    ]);
  });

  it('ISIC 2019: an image that was shrunk is the same in the archive', async () => {
    const records = await read('isic2019');
    expect(records.map((r) => [r.group, r.archiveIds])).toEqual([
      ['lesion/BCN_0003884', ['isic/ISIC_0000000']],
      ['isic/ISIC_0000001', ['isic/ISIC_0000001']],
    ]);
  });

  it('ISIC 2020: unknown diagnoses and listed duplicates are left out with their numbers', async () => {
    const layout = layoutOf('isic2020');
    const truth = 'ISIC_2020_Training_GroundTruth.csv';
    const rows = ['ISIC_3,IP_1,male,45.0,torso,unknown,benign,0', 'ISIC_4,IP_1,male,45.0,torso,nevus,benign,0', ''];
    const folder = await writeLayout({
      tables: {
        [truth]: layout.tables[truth] + rows.join('\n'),
        'ISIC_2020_Training_Duplicates.csv': 'image_name_1,image_name_2\nISIC_2637011,ISIC_4\n',
      },
      images: [...layout.images, 'train/ISIC_3.jpg', 'train/ISIC_4.jpg'],
    });
    const leftOut = (await readAll('isic2020', folder)).filter((r) => r.kind === 'left out');
    expect(leftOut).toMatchObject([
      { kind: 'left out', reason: 'label that decides no malignancy', detail: 'unknown (benign)' },
      { kind: 'left out', reason: "second of a pair in the set's list of duplicates", detail: '' },
    ]);
  });

  it('BCN20000: both forms share their lesions', async () => {
    const [figshare, archive] = [await read('bcn20000', 'Figshare'), await read('bcn20000', 'ISIC')];
    expect(figshare.map((r) => r.group)).toEqual(['lesion/BCN_0003884', 'lesion/BCN_0000019']);
    expect(archive.slice(0, 2).map((r) => r.group)).toEqual(figshare.map((r) => r.group));
    expect(archive.slice(0, 2).map((r) => r.diagnosis)).toEqual(['melanoma', 'scar']); // DF in the other form
  });

  it('HAM10000 of the archive: by their numbers, the pictures of the challenge of 2018', async () => {
    const numbers = [24306, 34320, 34321, 34523, 34524, 36064, 53454];
    const rows = numbers.map((number) => `ISIC_00${number},Benign,Benign melanocytic proliferations,Nevus,dermoscopic`);
    const table = ['isic_id,diagnosis_1,diagnosis_2,diagnosis_3,image_type', ...rows, ''].join('\n');
    const folder = await writeLayout({ tables: { 'metadata.csv': table }, images: [] });
    const records = await caseRecords('ham10000', folder);
    const sides = ['train', 'train', 'validation', 'validation', 'test', 'test', 'train'];
    expect(records.map((r) => r.officialSplit)).toEqual(sides);
  });

  it('BCN20000 of the archive: the sides of the challenge of 2019, where one of its tables lies beside it', async () => {
    const rows = ['ISIC_1', 'ISIC_2', 'ISIC_3'].map((id) => `${id},Benign,,Nevus,dermoscopic,IL_1,IP_1`);
    const table = ['isic_id,diagnosis_1,diagnosis_2,diagnosis_3,image_type,lesion_id,patient_id', ...rows, ''].join(
      '\n',
    );
    const sidesWith = async (tables: Record<string, string>) => {
      const folder = await writeLayout({ tables: { 'metadata.csv': table, ...tables }, images: [] });
      return (await caseRecords('bcn20000', folder)).map((r) => r.officialSplit);
    };
    const listing = 'image,lesion_id\nISIC_2_downsampled,BCN_1\n';
    expect(await sidesWith({})).toEqual([undefined, undefined, undefined]);
    expect(await sidesWith({ 'ISIC_2019_Training_Metadata.csv': listing })).toEqual(['test', 'train', 'test']);
    expect(await sidesWith({ 'ISIC_2019_Test_Metadata.csv': listing })).toEqual(['train', 'test', 'train']);
  });

  it('keeps the lesion beside the patient, and what a row without a known diagnosis says', async () => {
    const rows = ['ISIC_1,Nevus,IL_1,IP_1', 'ISIC_2,Nevus,IL_1,', 'ISIC_3,,IL_2,IP_2', 'ISIC_4,No such thing,,'];
    const table = ['isic_id,diagnosis_1,lesion_id,patient_id', ...rows, ''].join('\n');
    const folder = await writeLayout({ tables: { 'metadata.csv': table }, images: [] });
    const records = await readAll('isic-archive', folder);
    expect(records).toMatchObject([
      { group: 'patient/IP_1', lesion: 'lesion/IL_1' },
      { group: 'lesion/IL_1' },
      { kind: 'left out', link: { group: 'patient/IP_2', lesion: 'lesion/IL_2', archiveIds: ['isic/ISIC_3'] } },
      { kind: 'left out', link: { group: 'isic/ISIC_4', archiveIds: ['isic/ISIC_4'] } },
    ]);
  });

  it('Derm7pt: two views per case, index files counted from zero, seven concepts', async () => {
    const records = await read('derm7pt');
    expect(records.map((r) => [r.id, r.modality, r.group, r.officialSplit])).toEqual([
      ['1-clinic', 'clinical', 'derm7pt/1', 'train'],
      ['1-derm', 'dermoscopic', 'derm7pt/1', 'train'],
      ['2-clinic', 'clinical', 'derm7pt/2', 'validation'],
      ['2-derm', 'dermoscopic', 'derm7pt/2', 'validation'],
      ['3-clinic', 'clinical', 'derm7pt/3', 'test'],
      ['3-derm', 'dermoscopic', 'derm7pt/3', 'test'],
    ]);
    expect(records[0]?.concepts).toMatchObject({ 'pigment network': 'atypical', 'dots and globules': 'regular' });
    expect(Object.keys(records[0]?.concepts ?? {})).toHaveLength(7);
  });

  it('DermNet: a name without a number says no disease', async () => {
    const records = await readAll('dermnet', await writeLayout(layoutOf('dermnet')));
    expect(records.filter((r) => r.kind === 'left out')).toEqual([
      { kind: 'left out', reason: 'file name without a disease and a number', detail: 'Eczema Photos' },
    ]);
  });

  it('SkinCon: concepts, with a diagnosis where the set gives one, and the refused counted', async () => {
    const records = await readAll('skincon', await writeLayout(layoutOf('skincon')));
    expect(records).toMatchObject([
      { kind: 'case', diagnosis: 'acne', concepts: { vesicle: 'present' } },
      { kind: 'concepts', concepts: { 'brown(hyperpigmentation)': 'present' } },
      { kind: 'concepts', id: '000655' },
      { kind: 'left out', reason: 'the annotators say: do not consider this image', detail: 'ddi' },
    ]);
  });

  it('OmniMedVQA: its own question, the answer found without case and full stop', async () => {
    const records = await readAll('omnimedvqa', await writeLayout(layoutOf('omnimedvqa')));
    expect(records[0]).toMatchObject({
      kind: 'question',
      question: { text: 'What is shown?', options: ['Nevus.', 'Melanoma.'], answer: 1 },
      archiveIds: ['isic/ISIC_0'],
      modality: 'dermoscopic',
    });
    expect(records.at(-1)).toMatchObject({ modality: 'clinical' });
  });
});
