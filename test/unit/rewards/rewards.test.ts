import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreCompletion } from '../../../domain/rewards/rewards.ts';
import { melanomaQuestion } from '../../support/cases.ts';

const settings = { format: true, malignancy: true, granularity: 'leaf' } as const;
const final = (content: string): string => `<thinking> x </thinking> <final diagnosis> ${content} </final diagnosis>`;
const total = (text: string, s: Parameters<typeof scoreCompletion>[2] = settings): number =>
  Object.values(scoreCompletion(text, melanomaQuestion(), s)).reduce((a, b) => a + b, 0);

describe('scoreCompletion', () => {
  it.each([
    ['melanoma, malignant', 2],
    ['melanoma, benign', 1.75],
    ['B: melanocytic lesion, malignant', 1.625],
    ['hemangioma, malignant', 1.25],
    ['hemangioma, benign', 1],
    ['who knows', 1],
  ])('%j earns %d', (content, expected) => expect(total(final(content))).toBe(expected));

  it('gives nothing for the tag of SFT', () => {
    expect(total('<thinking> x </thinking> <diagnosis> melanoma, malignant </diagnosis>')).toBe(0);
  });

  it('leaves out what the recipe turns off', () => {
    expect(total(final('melanoma, malignant'), { ...settings, format: false, malignancy: false })).toBe(0.75);
  });

  it('stays within 0 and 2 for any text', () => {
    const piece = fc.constantFrom(
      '<thinking>',
      '</thinking>',
      '<final diagnosis>',
      '</final diagnosis>',
      'melanoma',
      'A',
      ', malignant',
      ' ',
      'benign',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join(' ')),
    );
    fc.assert(fc.property(text, (value) => total(value) >= 0 && total(value) <= 2));
  });
});
