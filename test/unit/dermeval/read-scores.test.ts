import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dimensionKeys, dimensions, type Scores } from '../../../domain/dermeval/dimensions.ts';
import { readScores } from '../../../domain/dermeval/reading/read-scores.ts';
import { processorMs } from '../../support/processor-time.ts';
import { hostedOutputs } from './hosted-outputs.ts';
import { judgeOutputs } from './judge-outputs.ts';
import { oddOutputs } from './odd-outputs.ts';

const inOrder = (scores: Scores): (number | null)[] => dimensionKeys.map((key) => scores[key]);

describe('a judge’s text', () => {
  it.each(judgeOutputs)('is read as a careful reader does: %s', (_, text, scores) => {
    expect(inOrder(readScores(text))).toEqual(scores);
  });

  it.each(hostedOutputs)('of a hosted model: %s', (_, text, scores) => {
    expect(inOrder(readScores(text))).toEqual(scores);
  });

  it.each(oddOutputs)('in a rare form: %j', (text, scores) => {
    expect(inOrder(readScores(text))).toEqual(scores);
  });
});

const tenths = fc.integer({ min: 0, max: 50 }).map((n) => n / 10);
const sixScores = fc.tuple(tenths, tenths, tenths, tenths, tenths, tenths);
const nameOf = (i: number): string => dimensions[dimensionKeys[i] ?? 'accuracy'].name;

/** Ways to write six scores down, none of which may change them. */
const styles: readonly ((scores: readonly number[]) => string)[] = [
  (scores) => scores.map((score, i) => `${nameOf(i)}: ${score} - it is so`).join('\n'),
  (scores) => scores.map((score, i) => `**${i + 1}. ${nameOf(i)}**: ${score.toFixed(1)}/5`).join('\n'),
  (scores) => scores.map((score, i) => `${nameOf(i)} (0-5): ${score}`).join(', '),
  (scores) => scores.map((score, i) => `- ${nameOf(i)}\n  names 2 of 3 findings\n  Score: ${score}/5`).join('\n'),
  (scores) =>
    `| Dimension | Why | Score |\n|---|---|---|\n${scores.map((s, i) => `| ${nameOf(i)} | 3 of 4 | ${s} |`).join('\n')}`,
  (scores) =>
    `Well:\n${JSON.stringify(Object.fromEntries(scores.map((score, i) => [dimensionKeys[i], score])))}\nDone.`,
  (scores) =>
    JSON.stringify(
      scores.map((score, i) => ({ name: nameOf(i), score: `${score}/5` })),
      null,
      2,
    ),
  (scores) => scores.map((score, i) => `${nameOf(i)}: ${Math.round(score * 20)}/100`).join('\n'),
];
/** The same in full-width forms, which NFKC takes back. */
const wide = (text: string): string =>
  text.replaceAll(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));

describe('any six scores', () => {
  it('are the same in whatever style they are written', () => {
    fc.assert(
      fc.property(sixScores, fc.constantFrom(...styles), (scores, style) => {
        expect(inOrder(readScores(style(scores)))).toEqual(scores);
      }),
    );
  });

  it('are the same in full-width forms', () => {
    fc.assert(
      fc.property(sixScores, (scores) => {
        const [plain] = styles;
        expect(inOrder(readScores(wide(plain?.(scores) ?? '')))).toEqual(scores);
      }),
    );
  });

  it('that lack one lack that one alone', () => {
    fc.assert(
      fc.property(sixScores, fc.integer({ min: 0, max: 5 }), (scores, left) => {
        const lines = scores.map((score, i) => (i === left ? `${nameOf(i)}: N/A` : `${nameOf(i)}: ${score}`));
        expect(inOrder(readScores(lines.join('\n')))).toEqual(scores.map((score, i) => (i === left ? null : score)));
      }),
    );
  });
});

describe('any text', () => {
  it('gives scores from 0 to 5 or none, and no error', () => {
    const piece = fc.oneof(
      fc.constantFrom(...dimensionKeys.map((key) => dimensions[key].name), '准确性', 'MG', 'Score', 'overall'),
      fc.constantFrom(':', '/5', '/10', '-', '|', '\n', '{', '}', '[', '"', '**', '(', ')', '→', '％', ' of ', '½'),
      fc.integer({ min: -9, max: 999 }).map(String),
      fc.string({ unit: 'binary', maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        for (const value of inOrder(readScores(pieces.join('')))) {
          expect(value === null || (value >= 0 && value <= 5)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('of a hundred thousand characters takes no longer than its length', () => {
    const texts = [
      '{'.repeat(1e5),
      'Accuracy '.repeat(11_000),
      '4/5 '.repeat(25_000),
      '| '.repeat(5e4),
      '1'.repeat(1e5),
      `${'{"a":'.repeat(2e4)}1${'}'.repeat(2e4)}`,
      `${'['.repeat(5e4)}${']'.repeat(5e4)}`,
    ];
    for (const text of texts) expect(processorMs(() => void readScores(text))).toBeLessThan(5_000);
  });
});
