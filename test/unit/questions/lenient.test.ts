/** The lenient reader: what models without the tags write, and what remains no answer. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractAnswer, extractLeniently } from '../../../domain/questions/extract.ts';
import { type AskedName, asked } from '../../support/asked.ts';
import { processorMs } from '../../support/processor-time.ts';

type Row = [question: AskedName, output: string, letter: string | null, malignancy: string | null];

const readings: Record<string, Row[]> = {
  'short answers': [
    ['melanoma', 'B', 'B', null],
    ['melanoma', 'b', 'B', null],
    ['melanoma', ' (B)\n', 'B', null],
    ['melanoma', 'B.', 'B', null],
    ['melanoma', 'B. melanoma', 'B', null],
    ['melanoma', 'melanoma', 'B', null],
    ['melanoma', 'Answer: B', 'B', null],
    ['melanoma', 'ASSISTANT: B', 'B', null],
    ['melanoma', 'The answer is B: melanoma, malignant.', 'B', 'malignant'],
    ['melanoma', '\\boxed{B}', 'B', null],
    ['condition', 'B: malignant', 'B', 'malignant'],
  ],
  'other languages': [
    ['melanoma', 'Die Diagnose lautet melanoma.', 'B', null],
    ['melanoma', "Il s'agit d'un melanoma.", 'B', null],
    ['melanoma', 'Le diagnostic le plus probable est melanoma.', 'B', null],
    ['melanoma', 'Es ist kein melanoma.', null, null],
    ['melanoma', 'Nicht melanoma', null, null],
    ['melanoma', 'wahrscheinlich melanoma', null, null],
    ['melanoma', 'Diagnose: eher nicht melanoma', null, null],
    ['melanoma', "Ce n'est pas un melanoma.", null, null],
    ['melanoma', 'aucun melanoma', null, null],
    ['melanoma', 'peut-être melanoma', null, null],
    ['melanoma', 'sin melanoma', null, null],
    ['melanoma', 'forse melanoma', null, null],
    ['melanoma', 'não é melanoma', null, null],
    ['melanoma', 'Das Bild zeigt ein Melanom.', null, null],
  ],
  'other tags': [
    ['melanoma', '<diagnosis>melanoma. melanoma is generally classified as malignant.</diagnosis>', 'B', 'malignant'],
    ['melanoma', '<think>Could be vitiligo.</think><answer>B</answer>', 'B', null],
    ['melanoma', '<thinking>x</thinking><final_diagnosis>B: melanoma</final_diagnosis>', 'B', null],
    ['melanoma', '<thinking>x</thinking><Final Answer>B</Final Answer>', 'B', null],
    ['melanoma', '<thinking>x</thinking><final diagnosis>B: melanoma', 'B', null],
    ['melanoma', '&lt;final diagnosis&gt;B&lt;/final diagnosis&gt;', 'B', null],
    [
      'melanoma',
      '<final diagnosis>B</final diagnosis><final diagnosis>B, malignant</final diagnosis>',
      'B',
      'malignant',
    ],
    ['melanoma', '<final diagnosis>B</final diagnosis><final diagnosis>A</final diagnosis>', null, null],
    ['melanoma', '<final diagnosis></final diagnosis>', null, null],
  ],
  prose: [
    ['melanoma', 'The lesion is dark, with an irregular border.\n\nFinal answer: B', 'B', null],
    [
      'melanoma',
      '**Reasoning**: two colours.\n\n**Final Diagnosis**: B: melanoma\n**Condition**: malignant',
      'B',
      'malignant',
    ],
    ['melanoma', 'Vitiligo (A) has no pigment. Dermatofibroma (D) dimples. The correct answer is B.', 'B', null],
    ['melanoma', 'A is wrong as there is pigment.\nB fits.\nAnswer: B', 'B', null],
    ['melanoma', 'The image shows an irregular melanoma with a blue veil.', 'B', null],
    [
      'melanoma',
      'The primary diagnosis is dermatofibroma. Therefore, the most likely diagnosis is melanoma.',
      'B',
      null,
    ],
    ['melanoma', 'B: melanoma\n\nUnlike vitiligo, it is dark.', 'B', null],
    ['melanoma', 'Dark, unlike vitiligo.\n\nB: melanoma', 'B', null],
    ['melanoma', '<think>A? No.</think>\nB', 'B', null],
    ['melanoma', 'B: melanoma\nDifferential diagnosis: dermatofibroma', 'B', null],
    ['melanoma', 'The answer is B. Differential diagnosis: dermatofibroma', 'B', null],
    ['nevus', 'This looks like a common mole? The answer is melanocytic naevus, benign.', 'B', 'benign'],
  ],
  'an answer beside other options': [
    ['melanoma', 'The answer is B. Option A is incorrect because vitiligo is depigmented.', 'B', null],
    ['melanoma', 'The answer is B.\nOption D can be excluded since it has no dimple.', 'B', null],
    ['melanoma', 'The most likely diagnosis is B: melanoma. Option D: dermatofibroma would be firm.', 'B', null],
    ['melanoma', 'Vitiligo is paler. The best option B', 'B', null],
    ['melanoma', 'Vitiligo is paler. My choice: option B', 'B', null],
    ['melanoma', '<think>It is melanoma, I am sure. Answer: B', 'B', null],
  ],
  'no answer': [
    ['melanoma', '', null, null],
    ['melanoma', 'I am sorry, I cannot help with medical images.', null, null],
    ['melanoma', 'It could be melanoma.', null, null],
    ['melanoma', 'This is not melanoma.', null, null],
    ['melanoma', 'It is melanoma or dermatofibroma.', null, null],
    ['melanoma', 'Both vitiligo and melanoma are possible.', null, null],
    ['melanoma', 'A: vitiligo B: melanoma C: melanocytic lesion D: dermatofibroma', null, null],
    ['melanoma', 'A: vitiligo\nB: melanoma\nC: melanocytic lesion\nD: dermatofibroma', null, null],
    ['melanoma', 'The answer is E.', null, null],
    ['melanoma', 'The answer is not B.', null, null],
    ['melanoma', '<thinking>The border suggests melanoma', null, null],
    // Reasoning that was cut off has no conclusion yet, unless it announces one.
    ['melanoma', '<thinking>First consider vitiligo. It has', null, null],
    ['melanoma', '<think>Vitiligo?</think> <think>The border of a melanoma', null, null],
    // An option that is spoken of is not announced.
    ['melanoma', 'Option A is vitiligo. Option B is melanoma. Option D is dermatofibroma.', null, null],
    ['melanoma', 'Option B is correct, because option A would be depigmented.', null, null],
    ['melanoma', 'The correct answer is B, because option A shows depigmentation.', null, null],
    ['melanoma', 'B is correct; choice D lacks a dimple.', null, null],
    ['melanoma', 'B is right.\n\nOption A: depigmented.\nOption D: firm.', null, null],
    ['melanoma', 'I would select B over option D.', null, null],
    ['melanoma', 'A dark lesion with an irregular border.', null, null],
    ['melanoma', 'The picture shows a metastatic melanoma.', null, null],
    ['thin', 'This is a lentigo maligna.', null, null],
    ['melanoma', 'melanoma\nsquamous cell carcinoma\nwart', null, null],
    ['melanoma', 'This is a squamous cell carcinoma, close to melanoma.', null, null],
  ],
};

describe.each(Object.entries(readings))('%s', (_, rows) => {
  it.each(rows)('%s: %j gives %s, %s', (question, output, letter, malignancy) => {
    expect(extractLeniently(output, asked[question])).toMatchObject({ letter, malignancy });
  });
});

describe('the lenient reader', () => {
  const pieces = [
    'B',
    'A:',
    'melanoma',
    ', ',
    '\n',
    '. ',
    'the answer is ',
    'likely ',
    '<final diagnosis>',
    '</final diagnosis>',
  ];
  const output = fc
    .array(fc.constantFrom(...pieces, 'malignant', 'not ', 'dark '), { maxLength: 14 })
    .map((some) => some.join(' '));

  it('reads what the strict one reads, and the same', () => {
    fc.assert(
      fc.property(output, (text) => {
        const [strict, lenient] = [extractAnswer(text, asked.melanoma), extractLeniently(text, asked.melanoma)];
        if (strict.letter !== null) expect(lenient).toEqual(strict);
        expect(lenient.format).toBe(strict.format);
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes time in proportion to the length', () => {
    const shapes = [
      'answer is ',
      'likely ',
      'A ',
      'melanoma ',
      '<answer>',
      '</think>',
      '&lt;b&gt;',
      '(',
      '- ',
      'a\n',
      '.',
      '1.',
      '<b',
      'is a subtype of ',
      'melanoma (',
      'actinic keratosis / ',
      'nevus, congenital ',
    ];
    for (const shape of shapes) {
      const took = (characters: number): number => {
        const text = shape.repeat(characters / shape.length);
        return processorMs(() => void extractLeniently(text, asked.melanoma));
      };
      took(5_000); // compiled
      const [short, long] = [took(10_000), took(100_000)];
      expect(long, shape).toBeLessThan(10 * 6 * short + 500);
    }
  });
});
