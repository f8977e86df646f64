import { describe, expect, it } from 'vitest';
import { nearNames } from '../../../../activities/datasets/import/near-names.ts';
import { compareVersions, plainName, splitVersion } from '../../../../activities/datasets/opening/names.ts';
import { shippedKnowledge } from '../../../support/knowledge.ts';

describe('splitVersion', () => {
  const names: [stem: string, base: string, date: string, version: number[], download: number][] = [
    ['metadata_2025-07-22', 'metadata', '20250722', [], 0],
    ['metadata_2025_07_22', 'metadata', '20250722', [], 0],
    ['metadata-20250722T101112', 'metadata', '20250722', [], 0],
    ['metadata_2025-07-22 (3)', 'metadata', '20250722', [], 3],
    ['GroundTruth_v2', 'GroundTruth', '', [2], 0],
    ['GroundTruth-V2.10', 'GroundTruth', '', [2, 10], 0],
    ['metadata version 3', 'metadata', '', [3], 0],
    ['HAM10000_images_part_1', 'HAM10000_images_part_1', '', [], 0],
    ['Monkeypox Skin Image 2022', 'Monkeypox Skin Image 2022', '', [], 0],
    ['fitzpatrick17k', 'fitzpatrick17k', '', [], 0],
    ['bcn_20k_train', 'bcn_20k_train', '', [], 0],
    ['annotation', 'annotation', '', [], 0],
  ];
  for (const [stem, base, date, version, download] of names) {
    it(stem, () => expect(splitVersion(stem)).toEqual({ base, date, version, download }));
  }

  it('orders by day, then by version, then by download', () => {
    const rising = [
      't',
      't (1)',
      't_v2',
      't_v2 (1)',
      't_v10',
      't_v10.1',
      't_2024-12-31',
      't_2025-01-01',
      't_20250101 (2)',
    ];
    const shuffled = rising.toReversed();
    shuffled.sort((a, b) => compareVersions(splitVersion(a), splitVersion(b)));
    expect(shuffled).toEqual(rising);
  });
});

it('plainName keeps letters and digits of any alphabet', () => {
  expect(['PAD-UFES-20', 'pad_ufes 20', 'Pad.Ufes.20'].map(plainName)).toEqual(Array(3).fill('padufes20'));
  expect(plainName('e\u0301tude')).toBe(plainName('\u00e9tude'));
  expect(plainName('皮肤-1')).toBe('皮肤1');
});

describe('nearNames', () => {
  const labels: [label: string, first: string | undefined][] = [
    ['psoriassis', 'psoriasis'],
    ['melanocitic nevus', 'melanocytic nevus'],
    ['psoriasis of the moon', 'psoriasis'],
    ['qqqqqqqq', undefined],
    ['', undefined],
  ];
  for (const [label, first] of labels) {
    it(`of "${label}"`, () => {
      const near = nearNames(label, shippedKnowledge);
      expect(near[0]).toBe(first);
      expect(near.length).toBeLessThanOrEqual(3);
    });
  }
});
