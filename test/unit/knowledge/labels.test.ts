import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { shippedKnowledge } from '../../support/knowledge.ts';
import { needsSharedData, sharedData } from '../../support/shared-data.ts';

const { taxonomy } = shippedKnowledge;
const read = (file: string): string => readFileSync(join(sharedData ?? '', file), 'utf8');
const table = (file: string): Record<string, string>[] =>
  z.array(z.record(z.string(), z.string())).parse(parse(read(file), { columns: true, bom: true }));

const questionSchema = z.object({ question_type: z.string(), gt_answer: z.string() });
const answers = (set: string): string[] =>
  z
    .array(questionSchema)
    .parse(JSON.parse(read(`omnimedvqa/reconstructed/QA_information/Open-access/${set}.json`)))
    .filter((question) => question.question_type === 'Disease Diagnosis')
    .map((question) => question.gt_answer);

/** Labels that no node stands for, with the number of rows that carry them. */
function countUnknown(labels: readonly string[]): Record<string, number> {
  const unknown = labels.filter((label) => taxonomy.resolve(label) === null);
  return Object.fromEntries([...Map.groupBy(unknown, (label) => label)].map(([label, rows]) => [label, rows.length]));
}

describe.skipIf(sharedData === null)(`the labels of shared/data${needsSharedData}`, () => {
  const isic = 'taxonomy/isic_diagnosis_hierarchy.csv';
  const slugs = () =>
    table('dermnet/dermnet_test_disease_names.csv').flatMap(({ disease_slug = '', n_test_images }) =>
      Array.from({ length: Number(n_test_images) }, () => disease_slug),
    );
  const labels: [set: string, read: () => string[], unknown: Record<string, number>][] = [
    ['DERM12345', () => table('derm12345/derm12345_taxonomy.csv').map((r) => r.display_name ?? ''), { Blue: 1 }],
    ['Fitzpatrick17k', () => table('taxonomy/fitzpatrick17k_labels.csv').map((r) => r.label ?? ''), {}],
    [
      'the ISIC archive',
      () => table(isic).map((r) => r.terminal ?? ''),
      {
        'Epidermal, Keratinous': 1,
        'Epidermal, Sebaceous': 1,
        Exogenous: 1,
        'Inflammatory or infectious diseases': 1,
        'Infundibular, Keratinous': 1,
        'Infundibular, Sebaceous': 1,
      },
    ],
    [
      'DermNet',
      slugs,
      {
        '8psoriasis2': 2,
        'angry-back-patch-testing': 2,
        'congenital-anomalies': 2,
        desquamation: 1,
        forest: 1,
        'genital-ulcers': 1,
        'melanoma-mimic': 6,
        'normal-variations': 1,
        'patch-testing': 12,
        'psoriasis-cellulitis': 1,
      },
    ],
    ['OmniMedVQA ISBI2016', () => answers('ISBI2016'), { Yes: 244 }],
    ['OmniMedVQA ISIC2018', () => answers('ISIC2018'), {}],
    ['OmniMedVQA ISIC2019', () => answers('ISIC2019'), {}],
    ['OmniMedVQA ISIC2020', () => answers('ISIC2020'), {}],
    ['OmniMedVQA Monkeypox', () => answers('Monkeypox Skin Image 2022'), { No: 10 }],
    ['OmniMedVQA PAD-UFES-20', () => answers('PAD-UFES-20'), {}],
    ['OmniMedVQA Fitzpatrick17k', () => answers('Fitzpatrick 17k'), {}],
  ];
  it.each(labels)('of %s resolve, all but those listed', (_, readLabels, unknown) => {
    const all = readLabels();
    expect(all.length).toBeGreaterThan(30);
    expect(countUnknown(all)).toEqual(unknown);
  });

  it('carry the malignancy of the ISIC archive, except for keratinocytic lesions in situ', () => {
    const expected: Record<string, string | null> = { Benign: 'benign', Malignant: 'malignant', Indeterminate: null };
    const differing = table(isic).flatMap(({ terminal = '', diagnosis_1 = '' }) => {
      const name = taxonomy.resolve(terminal)?.name;
      return name === undefined || taxonomy.malignancy(name) === expected[diagnosis_1] ? [] : [name];
    });
    const inSitu = taxonomy.names.filter((name) => taxonomy.malignancy(name) === 'precancerous_in_situ');
    expect(differing.filter((name) => !inSitu.includes(name))).toEqual([]);
  });

  it('give DERM12345 the 2,235 benign test images that the paper scores imply', () => {
    const benign = table('derm12345/derm12345_taxonomy.csv').filter(({ display_name = '' }) => {
      const name = display_name === 'Blue' ? 'blue nevus' : taxonomy.resolve(display_name)?.name;
      return name !== undefined && taxonomy.malignancy(name) === 'benign';
    });
    expect(benign.reduce((sum, row) => sum + Number(row.n_test), 0)).toBe(2235);
  });

  it('agree with the released list of conditions, save of a syndrome of carcinomas and of a tumour that the archive calls malignant', () => {
    const key = 'benign or precancerous_in_situ or malignant';
    const released = z
      .object({ [key]: z.record(z.string(), z.array(z.string())) })
      .parse(JSON.parse(read('taxonomy/skin_r1_synonym_and_subtype2.json')))[key];
    for (const [condition, names] of Object.entries(released ?? {})) {
      for (const label of names) {
        const name = taxonomy.resolve(label)?.name ?? `unknown: ${label}`;
        const differs = ['kaposiform hemangioendothelioma', 'basal cell nevus syndrome'].includes(name);
        const expected = differs ? 'malignant' : condition;
        expect([label, taxonomy.malignancy(name)]).toEqual([label, expected]);
      }
    }
  });
});
