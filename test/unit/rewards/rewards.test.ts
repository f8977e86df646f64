import { describe, expect, it } from 'vitest';
import { scoreCompletion } from '../../../domain/rewards/rewards.ts';
import { melanomaQuestion } from '../../support/cases.ts';

/** A: melanoma 0.75, B: melanocytic lesion 0.375, C: basal cell carcinoma 0, D: hemangioma 0; malignant. */
const question = melanomaQuestion();
const settings = { format: true, malignancy: true, granularity: 'leaf', thinkingRequired: false } as const;
const final = (content: string): string => `<thinking> x </thinking> <final diagnosis> ${content} </final diagnosis>`;
const parts = (text: string, s: Parameters<typeof scoreCompletion>[2] = settings): number[] =>
  Object.values(scoreCompletion(text, question, s));

type Row = [text: string, format: number, granularity: number, malignancy: number];

describe('scoreCompletion reads one answer (A7, A8, A11)', () => {
  const contents: Row[] = [
    ['A', 1, 0.75, 0],
    ['a', 1, 0.75, 0],
    ['(A)', 1, 0.75, 0],
    ['A.', 1, 0.75, 0],
    ['A: melanoma', 1, 0.75, 0],
    ['A) melanoma', 1, 0.75, 0],
    ['A melanoma', 1, 0.75, 0],
    ['melanoma', 1, 0.75, 0],
    ['MELANOMA', 1, 0.75, 0],
    ['A, malignant', 1, 0.75, 0.25],
    ['A: melanoma, malignant', 1, 0.75, 0.25],
    ['melanoma, malignant', 1, 0.75, 0.25],
    ['Melanoma, Malignant.', 1, 0.75, 0.25],
    ['melanoma (malignant)', 1, 0.75, 0.25],
    ['melanoma - malignant', 1, 0.75, 0.25],
    ['melanoma;\n\tmalignant', 1, 0.75, 0.25],
    ['**melanoma**, *malignant*', 1, 0.75, 0.25],
    ['“melanoma”, malignant', 1, 0.75, 0.25],
    ['melanoma; lesion condition: malignant', 1, 0.75, 0.25],
    ['melanoma, the lesion condition is malignant', 1, 0.75, 0.25],
    ['malignant melanoma', 1, 0.75, 0],
    ['melanoma, benign', 1, 0.75, 0],
    ['melanoma, precancerous', 1, 0.75, 0],
    ['melanoma, precancerous_in_situ', 1, 0.75, 0],
    ['melanoma, precancerous (in situ)', 1, 0.75, 0],
    ['B: melanocytic lesion, malignant', 1, 0.375, 0.25],
    ['melanocytic lesion', 1, 0.375, 0],
    ['C, malignant', 1, 0, 0.25],
    ['basal cell carcinoma, malignant', 1, 0, 0.25],
    ['bcc, malignant', 1, 0, 0.25],
    ['hemangioma, benign', 1, 0, 0],
  ];
  it.each(contents)('%j: %d, %d, %d', (content, ...expected) => expect(parts(final(content))).toEqual(expected));
});

describe('scoreCompletion pays each part by itself (Eq. 5 is a sum)', () => {
  const contents: Row[] = [
    ['melanoma, malignant, benign', 1, 0.75, 0],
    ['melanoma, benign or malignant', 1, 0.75, 0],
    ['melanoma, not malignant', 1, 0.75, 0],
    ['melanoma, non-malignant', 1, 0.75, 0],
    ['melanoma, premalignant', 1, 0.75, 0],
    ['melanoma, likely malignant', 1, 0.75, 0],
    ['melanoma, malignant, malignant', 1, 0.75, 0.25],
    ['melanoma. melanoma is a subtype of melanocytic lesion, and is generally classified as malignant.', 1, 0.75, 0.25],
  ];
  it.each(contents)('%j: %d, %d, %d', (content, ...expected) => expect(parts(final(content))).toEqual(expected));
});

describe('scoreCompletion reads one option in other words or signs', () => {
  // P3 asks for an option and fixes no wording; the same characters in another width, or invisible ones, change none.
  const contents = [
    'the answer is A',
    'Option A',
    'Answer: A',
    'melanoma, melanoma',
    'Ａ',
    'mel\u200banoma',
    '{{A}}',
    'A\u0000',
  ];
  it.each(contents)('%j', (content) => expect(parts(final(content))).toEqual([1, 0.75, 0]));
  it('a plural', () => expect(parts(final('melanomas, malignant'))).toEqual([1, 0.75, 0.25]));
});

describe('scoreCompletion pays no guess', () => {
  const contents: [content: string][] = [
    [''],
    ['   '],
    ['E'],
    ['AB'],
    ['A B'],
    ['A or B'],
    ['A, B, malignant'],
    ['A: basal cell carcinoma, malignant'],
    ['melanoma or hemangioma, malignant'],
    ['melanoma, melanocytic lesion, malignant'],
    ['not melanoma, malignant'],
    ['probably melanoma, malignant'],
    ['amelanoma, malignant'],
    ['amelanotic melanoma, malignant'],
    ['melanoma in situ, malignant'],
    ['basal cell, malignant'],
    ['malignant'],
    ['precancerous'],
    ['cancer'],
    ['А'], // Cyrillic
    ['黑色素瘤, malignant'],
    ['🙂'],
    [`melanoma, malignant ${'very '.repeat(20_000)}`],
    [`melanoma${'.'.repeat(100_000)}x`],
  ];
  it.each(contents)('%.40j', (content) => expect(parts(final(content))).toEqual([1, 0, 0]));
});

describe('scoreCompletion judges tags by the whole text (A9, A10)', () => {
  const answer = '<final diagnosis>A, malignant</final diagnosis>';
  const rows: Row[] = [
    [`<thinking></thinking>${answer}`, 1, 0.75, 0.25],
    [`\ufeff \n<THINKING>\n1 < 2 > 1\n</Thinking>\n\n${answer.toUpperCase()}\n`, 1, 0.75, 0.25],
    [`<thinking>${'long '.repeat(50_000)}</thinking>${answer}`, 1, 0.75, 0.25],
    [answer, 0, 0.75, 0.25],
    [`${answer}<thinking>x</thinking>`, 0, 0.75, 0.25],
    [`Sure! <thinking>x</thinking>${answer}`, 0, 0.75, 0.25],
    [`<thinking>x</thinking> so ${answer}`, 0, 0.75, 0.25],
    [`<thinking>x</thinking>${answer} Good luck.`, 0, 0.75, 0.25],
    [`<thinking>x</thinking><thinking>y</thinking>${answer}`, 0, 0.75, 0.25],
    [`<thinking><thinking>x</thinking></thinking>${answer}`, 0, 0.75, 0.25],
    [`<thinking>x${answer}</thinking>`, 0, 0.75, 0.25],
    [`<thinking>x</final diagnosis></thinking>${answer}`, 0, 0.75, 0.25],
    [`<thinking>x</thinking><diagnosis>melanoma</diagnosis>${answer}`, 0, 0.75, 0.25],
    [`<thinking>x</thinking>${answer}${answer}`, 0, 0, 0],
    [`<thinking>${answer}</thinking>${answer}`, 0, 0, 0],
    ['<thinking>x</thinking><final diagnosis><final diagnosis>A</final diagnosis></final diagnosis>', 0, 0, 0],
    ['<thinking>x</thinking><final diagnosis><diagnosis>A</diagnosis></final diagnosis>', 0, 0, 0],
    ['<thinking>x<final diagnosis>A</thinking></final diagnosis>', 0, 0, 0],
    ['<thinking>x</thinking></final diagnosis>A<final diagnosis>', 0, 0, 0],
    ['<thinking>x</thinking><final diagnosis>A', 0, 0, 0],
    ['<thinking>x</thinking><final diagnosis>A</final>', 0, 0, 0],
    ['<thinking>x</thinking><final  diagnosis>A</final  diagnosis>', 0, 0, 0],
    ['<thinking>x</thinking><final_diagnosis>A</final_diagnosis>', 0, 0, 0],
    ['<thinking>x</thinking><diagnosis>A, malignant</diagnosis>', 0, 0, 0],
    ['<think>x</think><answer>A</answer>', 0, 0, 0],
    ['A, malignant', 0, 0, 0],
    ['', 0, 0, 0],
    ['<final diagnosis>'.repeat(20_000), 0, 0, 0],
  ];
  it.each(rows)('%.60j: %d, %d, %d', (text, ...expected) => expect(parts(text)).toEqual(expected));
});

describe('scoreCompletion', () => {
  it('leaves out what the recipe turns off', () => {
    expect(parts(final('melanoma, malignant'), { ...settings, format: false })).toEqual([0, 0.75, 0.25]);
    expect(parts(final('melanoma, malignant'), { ...settings, malignancy: false })).toEqual([1, 0.75, 0]);
  });

  it('denies the form to a thinking block without a word, where the recipe asks for one', () => {
    const strict = { ...settings, thinkingRequired: true };
    const answer = '<final diagnosis>A</final diagnosis>';
    for (const thinking of ['', ' \n ', '...', '**']) {
      expect(parts(`<thinking>${thinking}</thinking>${answer}`, strict)).toEqual([0, 0.75, 0]);
      expect(parts(`<thinking>${thinking}</thinking>${answer}`)).toEqual([1, 0.75, 0]);
    }
    expect(parts(`<thinking>x</thinking>${answer}`, strict)).toEqual([1, 0.75, 0]);
  });
});
