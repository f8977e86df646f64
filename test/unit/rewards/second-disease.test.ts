/** A right option beside another disease of the taxonomy earns the form alone, in whatever order and punctuation. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signs } from '../../../domain/questions/reading/diseases.ts';
import { scoreCompletion } from '../../../domain/rewards/rewards.ts';
import { melanomaQuestion } from '../../support/cases.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';

const { taxonomy } = shippedKnowledge;
const settings = { format: true, malignancy: true, granularity: 'leaf', thinkingRequired: false } as const;
const total = (content: string): number =>
  Object.values(
    scoreCompletion(
      `<thinking>x</thinking> <final diagnosis>${content}</final diagnosis>`,
      melanomaQuestion(),
      settings,
    ),
  ).reduce((sum, part) => sum + part, 0);

const others = taxonomy.names.filter(
  (name) => !taxonomy.isCatchAll(name) && !taxonomy.isKindOf(name, 'melanoma') && !taxonomy.isKindOf('melanoma', name),
);

describe('a second disease', () => {
  const between = fc.constantFrom(
    ', ',
    '; ',
    '. ',
    '\n',
    ' | ',
    ' - ',
    ' / ',
    ': ',
    ' and ',
    ' or ',
    ', early ',
    ' plus ',
  );

  it('earns nothing before or after the option', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...others.filter((name) => !signs.has(name))), // "and scar" may be a sign of the option
        between,
        fc.boolean(),
        fc.constantFrom('A: melanoma', 'melanoma', 'Answer: A'),
        fc.constantFrom('', ', malignant'),
        (other, separator, first, option, condition) => {
          const [one, two] = first ? [other, option] : [option, other];
          expect(total(one + separator + two + condition)).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('earns nothing in brackets, and nothing behind the letter', () => {
    for (const other of others)
      for (const content of [`melanoma (${other})`, `A: melanoma (${other}), malignant`, `A: ${other}, malignant`])
        expect(total(content), content).toBeLessThanOrEqual(1);
  });
});
