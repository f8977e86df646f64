import { describe, expect, it } from 'vitest';
import { notedSkinTone, skinToneOf } from '../../../domain/cases/skin-tone.ts';

describe('skinToneOf', () => {
  it.each([
    ...(['1', '2', 'I', 'II', '12', '1.0', 'type 2', 'FST I', 'Fitzpatrick II', 'I-II'] as const).map((noted) => [noted, 'I-II']),
    ...(['3', '4', 'III', 'iv', '34', '3.0'] as const).map((noted) => [noted, 'III-IV']),
    ...(['5', '6', 'V', 'VI', '56', '6.0 '] as const).map((noted) => [noted, 'V-VI']),
    ...(['', '-1', '0', '7', 'unknown', 'VII', '13', 'NaN'] as const).map((noted) => [noted, null]),
  ])('%s', (noted, tone) => {
    expect(skinToneOf(noted ?? '')).toBe(tone);
    expect(notedSkinTone(noted ?? '')).toEqual(tone === null ? {} : { provenance: { 'skin tone': tone } });
  });
});
