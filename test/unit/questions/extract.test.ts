import { describe, expect, it } from 'vitest';
import { extractAnswer, type UnreadableForm } from '../../../domain/questions/extract.ts';
import { conditionQuestion, melanomaQuestion } from '../../support/cases.ts';

const final = (content: string): string =>
  `<thinking> seen </thinking> <final diagnosis> ${content} </final diagnosis>`;

describe('extractAnswer reads the option and the condition', () => {
  const rows: [content: string, letter: string | null, malignancy: string | null][] = [
    ['A', 'A', null],
    ['(A)', 'A', null],
    ['A: melanoma', 'A', null],
    ['A. melanoma, malignant', 'A', 'malignant'],
    ['A: melanoma (malignant)', 'A', 'malignant'],
    ['A, malignant', 'A', 'malignant'],
    ['melanoma, malignant', 'A', 'malignant'],
    ['Melanoma, Malignant.', 'A', 'malignant'],
    ['**melanoma**, malignant', 'A', 'malignant'],
    ['malignant melanoma', 'A', null],
    ['melanoma; lesion condition: malignant', 'A', 'malignant'],
    ['bcc, benign', 'C', 'benign'],
    ['basal cell carcinoma, precancerous (in situ)', 'C', 'precancerous_in_situ'],
    ['basal cell carcinoma, precancerous in situ', 'C', 'precancerous_in_situ'],
    ['melanocytic lesion, benign', 'B', 'benign'],
    ['E', null, null],
    ['A or B', null, null],
    ['A: basal cell carcinoma', null, null],
    ['melanoma or hemangioma', null, null],
    ['not melanoma', null, null],
    ['melanoma in situ', null, null],
    ['', null, null],
    // Eq. 5 is a sum: what is unclear of the condition costs R_malignancy, not R_gran.
    ['melanoma, not malignant', 'A', null],
    ['melanoma, benign or malignant', 'A', null],
    // Eq. 7 compares labels, and the taxonomy takes a plural for the same label.
    ['melanomas', 'A', null],
    // P3 asks for "the single most likely option" and for no form of words: these name one, and no other.
    ['the answer is A', 'A', null],
    ['Option A', 'A', null],
    ['The most likely option is A: melanoma', 'A', null],
    // Eq. 7 pays a label on the path, not one below it: a finer disease is another answer, which no option gives.
    ['amelanotic melanoma', null, null],
    // P2 and P3 want one answer: a hedge of it is none.
    ['probably melanoma', null, null],
  ];
  it.each(rows)('%j gives %s, %s', (content, letter, malignancy) => {
    expect(extractAnswer(final(content), melanomaQuestion())).toMatchObject({ format: true, letter, malignancy });
  });
});

describe('extractAnswer judges the format (Eq. 6)', () => {
  const rows: [text: string, format: boolean, letter: string | null][] = [
    ['<thinking>x</thinking><final diagnosis>A</final diagnosis>', true, 'A'],
    ['\n<THINKING>\nx\n</THINKING>\n<Final Diagnosis>A</Final Diagnosis>\n', true, 'A'],
    ['<thinking>x</thinking> so <final diagnosis>A</final diagnosis>', false, 'A'],
    ['<thinking>x</thinking><final diagnosis>A</final diagnosis> end', false, 'A'],
    ['<final diagnosis>A</final diagnosis>', false, 'A'],
    ['<thinking>x</thinking><diagnosis>A</diagnosis>', false, null],
    ['<thinking>x</thinking><final diagnosis>A', false, null],
    ['<thinking><thinking>x</thinking></thinking><final diagnosis>A</final diagnosis>', false, 'A'],
    ['<thinking>x</thinking><final diagnosis>A</final diagnosis><final diagnosis>B</final diagnosis>', false, null],
    ['<thinking><final diagnosis>B</final diagnosis></thinking><final diagnosis>A</final diagnosis>', false, null],
    ['A', false, null],
    ['', false, null],
  ];
  it.each(rows)('%j: %s, %s', (text, format, letter) => {
    const answer = extractAnswer(text, melanomaQuestion());
    expect({ format: answer.format, letter: answer.letter }).toEqual({ format, letter });
  });
});

describe('extractAnswer on lesion-condition questions', () => {
  const rows: [content: string, letter: string | null, malignancy: string | null][] = [
    ['B', 'B', 'malignant'],
    ['B: malignant', 'B', 'malignant'],
    ['malignant', 'B', 'malignant'],
    ['C: precancerous (in situ)', 'C', 'precancerous_in_situ'],
    ['precancerous', 'C', 'precancerous_in_situ'],
    ['malignant, benign', null, null],
    ['non-malignant', null, null],
  ];
  it.each(rows)('%j gives %s, %s', (content, letter, malignancy) => {
    expect(extractAnswer(final(content), conditionQuestion())).toMatchObject({ format: true, letter, malignancy });
  });
});

describe('extractAnswer says why it reads nothing', () => {
  const rows: [text: string, form: UnreadableForm | null][] = [
    ['The answer is A.', 'no tags'],
    ['', 'no tags'],
    ['<thinking>cut off', 'no final block'],
    ['<thinking>x</thinking><diagnosis>melanoma</diagnosis>', 'no final block'],
    ['<thinking>x</thinking><final diagnosis>A', 'open final block'],
    ['<final diagnosis>A</final diagnosis><final diagnosis>A</final diagnosis>', 'repeated tags'],
    [final('<diagnosis>A</diagnosis>'), 'repeated tags'],
    [final(''), 'empty'],
    [final(' **?** '), 'empty'],
    [final('lentigo'), 'no option named'],
    [final('A or B'), 'several options'],
    [final('possibly A'), 'hedged or negated'],
    [final(`A ${'because '.repeat(200)}`), 'too long'],
    [final('A'), null],
  ];
  it.each(rows)('%.70j: %s', (text, form) => {
    expect(extractAnswer(text, melanomaQuestion()).unreadable).toBe(form);
  });
});
