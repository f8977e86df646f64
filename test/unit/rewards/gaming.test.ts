/** Outputs that a policy could fall into to earn without answering; none earns more than the form's 1. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { questionPrompt } from '../../../domain/prompts/prompts.ts';
import type { Question } from '../../../domain/questions/question.ts';
import { scoreCompletion } from '../../../domain/rewards/rewards.ts';
import { conditionQuestion, melanomaQuestion } from '../../support/cases.ts';
import { processorMs } from '../../support/processor-time.ts';

const settings = { format: true, malignancy: true, granularity: 'leaf', thinkingRequired: false } as const;
const questions: Question[] = [melanomaQuestion(), conditionQuestion()];
const final = (content: string): string => `<thinking> x </thinking> <final diagnosis> ${content} </final diagnosis>`;
const total = (text: string, question: Question): number =>
  Object.values(scoreCompletion(text, question, settings)).reduce((sum, part) => sum + part, 0);

const question = fc.constantFrom(...questions);
const separator = fc.constantFrom(
  ...[' ', ', ', '; ', '\n', ' / ', ' or ', ' and ', '. ', ' - ', ' | ', '<br>', '，', ') ', ': ', '+', '&', ' -> '],
  ...[
    ' plus ',
    ' vs ',
    ' then ',
    ' not ',
    ' also ',
    '? ',
    '! ',
    '\t',
    ' with ',
    ' most likely ',
    ' to ',
    ' is ',
    ' but ',
  ],
  ...[' because ', ' the ', '" "', ' (', '_', ' including ', ' even '],
);
/** How an option may be written. */
const writings = ({ letter, label }: Question['options'][number]): string[] => [
  ...[`${letter}: ${label}`, `(${letter}) ${label}`, label, letter, `**${letter}**`, `option ${letter}`],
  ...[label.toUpperCase(), `${letter}. ${label}s`, `${letter}) ${label}`, `the ${label}`, `${label} (${letter})`],
  ...[`Answer: ${letter}`, `\\boxed{${letter}}`],
  ...(letter === 'A' ? [] : [letter.toLowerCase()]), // "a melanoma" has an article
];
const conditions = fc.constantFrom('', ', malignant', ', benign', '. Lesion condition: malignant.');

describe('degenerate outputs', () => {
  it('that name two or more options earn the form alone', () => {
    const several = question.chain((asked) =>
      fc
        .shuffledSubarray(asked.options, { minLength: 2 })
        .chain((options) => fc.tuple(...options.map((option) => fc.constantFrom(...writings(option)))))
        .chain((names) => fc.tuple(fc.constant(asked), fc.constant(names), separator, conditions)),
    );
    fc.assert(
      fc.property(several, ([asked, names, between, condition]) => {
        expect(total(final(names.join(between) + condition), asked)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 3_000 },
    );
  });

  it('that state conditions and no option earn the form alone', () => {
    const words = fc.array(
      fc.constantFrom('malignant', 'benign', 'precancerous', 'lesion condition:', 'or', 'and', ','),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(words, separator, (some, between) => {
        expect(total(final(some.join(between)), melanomaQuestion())).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2_000 },
    );
  });

  it('that state more than one condition earn nothing for it', () => {
    const conditions = fc.shuffledSubarray(['malignant', 'benign', 'precancerous in situ'], { minLength: 2 });
    fc.assert(
      fc.property(conditions, separator, (some, between) => {
        const text = final(`A: melanoma${between}${some.join(between)}`);
        expect(scoreCompletion(text, melanomaQuestion(), settings).malignancy).toBe(0);
      }),
    );
  });

  it('that repeat, nest, empty or leave out tags earn at most the form', () => {
    const tags = [
      '<thinking>',
      '</thinking>',
      '<final diagnosis>',
      '</final diagnosis>',
      '<diagnosis>',
      '</diagnosis>',
    ];
    const pieces = fc.array(fc.constantFrom(...tags, '', ' ', 'melanoma', 'A', 'malignant'), { maxLength: 14 });
    fc.assert(
      fc.property(pieces, question, (some, asked) => {
        const text = some.join('');
        const blocks = some.filter((piece) => piece === '<final diagnosis>').length;
        if (blocks !== 1 || !/[a-z]/i.test(text.replaceAll(/<[^>]*>/g, '')))
          expect(total(text, asked)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 3_000 },
    );
  });

  it.each(questions)('that copy the prompt earn at most the form: $task', (asked) => {
    for (const profile of ['paper', 'compact'] as const) {
      const prompt = questionPrompt(asked, profile, 'training');
      for (const text of [prompt, final(prompt), prompt + final(prompt), `<thinking>${prompt}</thinking>${prompt}`])
        expect(total(text, asked)).toBeLessThanOrEqual(1);
    }
  });

  it('that go on and on earn at most the form, and take no longer than their length', () => {
    const pieces = [
      'A: melanoma, malignant. ',
      'likely ',
      'A ',
      '(',
      'answer is ',
      'melanoma ',
      '&amp;',
      '<b',
      '- ',
      '\\',
      'x',
      '1.',
    ];
    for (const piece of pieces) {
      const text = final(piece.repeat(200_000 / piece.length));
      const took = processorMs(() => expect(total(text, melanomaQuestion())).toBeLessThanOrEqual(1));
      expect(took, piece).toBeLessThan(2_000);
    }
  });

  it('never throw, and stay within 0 and 2', () => {
    const words = [
      'melanoma',
      'A',
      'B:',
      '(',
      ')',
      ',',
      '\n',
      'malignant',
      'benign',
      'not',
      'likely',
      'is a subtype of',
      '\ud800',
      'É',
    ];
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((some) => final(some.join(' '))),
      fc.string({ unit: 'binary' }).map(final),
    );
    fc.assert(
      fc.property(text, question, (value, asked) => total(value, asked) >= 0 && total(value, asked) <= 2),
      { numRuns: 2_000 },
    );
  });
});
