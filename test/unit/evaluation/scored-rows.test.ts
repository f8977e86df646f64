import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withScoreTally } from '../../../activities/evaluation/score-tally.ts';
import { benchmarks } from '../../../domain/benchmarks/catalogue/index.ts';
import { skinToneField } from '../../../domain/cases/skin-tone.ts';
import type { BenchmarkReading, ScoredItem } from '../../../domain/evaluation/scored.ts';
import { unreadableForms } from '../../../domain/questions/extract.ts';

const label = fc.constantFrom('melanoma', 'nevus', '');
const reading: fc.Arbitrary<BenchmarkReading> = fc.record({
  letter: fc.option(fc.constantFrom('A', 'B')),
  predicted: fc.option(label),
  correct: fc.boolean(),
  score: fc.constantFrom(0, 0.3, 1),
});
const scored: fc.Arbitrary<ScoredItem> = fc
  .record({
    id: fc.uuid(),
    group: fc.constantFrom('1', '0', 'ä', 'patient'),
    source: fc.constantFrom('ham10000', 'derm7pt', 'own'),
    attributes: fc.constantFrom({}, { modality: 'clinical' }, { modality: 'clinical', [skinToneField]: 'I-II' }),
    expected: label,
    ...{ strict: reading, lenient: reading },
    unreadable: fc.option(fc.constantFrom(...unreadableForms)),
    confidence: fc.option(fc.constantFrom(0, 0.25, 1), { nil: undefined }),
  })
  .map(({ confidence, ...own }) => ({
    ...{ ...own, caseId: own.id, output: 'not held', conditionCorrect: null },
    ...(confidence === undefined ? {} : { confidence }),
  }));

describe('scored items that are kept as numbers', () => {
  it.each(benchmarks.map((benchmark) => [benchmark.name, benchmark] as const))(
    'have the summary of the items themselves: %s',
    async (_, benchmark) => {
      await fc.assert(
        fc.asyncProperty(fc.array(scored, { minLength: 1, maxLength: 30 }), async (items) => {
          const summary = await withScoreTally(benchmark, async (tally) => {
            for (const item of items) tally.add(item);
            return tally.summary();
          });
          expect(JSON.stringify(summary)).toBe(JSON.stringify(benchmark.summarise(items)));
        }),
        { numRuns: 40 },
      );
    },
  );
});
