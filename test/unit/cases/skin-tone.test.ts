import { describe, expect, it } from 'vitest';
import { notedSkinTone, skinToneOf } from '../../../domain/cases/skin-tone.ts';

describe('skinToneOf', () => {
  it.each<[tone: 'I-II' | 'III-IV' | 'V-VI' | null, writings: string[]]>([
    ['I-II', ['1', '2', 'I', 'II', '12', '1.0', 'type 2', 'FST I', 'Fitzpatrick II', 'I-II']],
    ['III-IV', ['3', '4', 'III', 'iv', '34', '3.0']],
    ['V-VI', ['5', '6', 'V', 'VI', '56', '6.0 ']],
    [null, ['', '-1', '0', '7', 'unknown', 'VII', '13', 'NaN']],
  ])('%s', (tone, writings) => {
    for (const noted of writings) {
      expect(skinToneOf(noted)).toBe(tone);
      expect(notedSkinTone(noted)).toEqual(tone === null ? {} : { provenance: { 'skin tone': tone } });
    }
  });
});
