import { describe, expect, it } from 'vitest';
import { evaluateBenchmark } from '../../../../activities/evaluation/evaluate-benchmark.ts';
import { evaluationPage } from '../../../../activities/reporting/evaluations/page.ts';
import { readJson } from '../../../../activities/store/commit.ts';
import { readJsonLines } from '../../../../activities/store/rows.ts';
import { artifactFiles } from '../../../../domain/artifact-files.ts';
import { benchmarkNamed } from '../../../../domain/benchmarks/catalogue/index.ts';
import { calibrationSummary } from '../../../../domain/benchmarks/summaries/calibration.ts';
import type { ScoredItem } from '../../../../domain/evaluation/scored.ts';
import { calibrationOf } from '../../../../domain/evaluation/statistics/calibration.ts';
import { buildPage } from '../../../../domain/pages/build.ts';
import { pageCsv } from '../../../../domain/pages/exports.ts';
import { createRandom } from '../../../../domain/random.ts';
import {
  answeringModel,
  benchmarkContext,
  localModel,
  requestOf,
  storeQuestions,
} from '../../../support/evaluations.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';

const benchmark = benchmarkNamed('id-diagnosis');
const { models: _, benchmarks: __, ...asked } = requestOf();

/** A model whose side tells what it made of the letters, or nothing. */
function tellingModel(name: string, told: boolean) {
  const model = answeringModel(
    name,
    (place) => `<thinking> a </thinking> <final diagnosis> ${place % 2 ? 'C' : 'A'} </final diagnosis>`,
  );
  const open: typeof model.open = async (folder) => {
    const runner = await model.open(folder);
    return {
      ...runner,
      generate: async function* (rows, options) {
        let place = 0;
        for await (const generated of runner.generate(rows, options)) {
          expect(rows[place]?.options?.map(({ letter }) => letter)).toEqual(['A', 'B', 'C', 'D']);
          const chosen = place++ % 2 ? 'C' : 'A';
          const other = chosen === 'A' ? 'C' : 'A';
          const logProbs = { [chosen]: Math.log(0.8), [other]: Math.log(0.2) };
          yield { ...generated, ...(told ? { options: { chosen, logProbs } } : {}) };
        }
      },
    };
  };
  return { ...model, open };
}

async function evaluated(told: boolean) {
  const store = createMemoryStore();
  const questions = await storeQuestions(store, 8);
  const input = { ...asked, tested: localModel(), benchmark: 'id-diagnosis', data: { questions, dataset: null } };
  const model = tellingModel(`telling ${told}`, told);
  const { evaluation } = await evaluateBenchmark(input, model, benchmarkContext(store));
  const { items, summary } = artifactFiles.benchmark;
  // A second evaluation takes the kept answers, probabilities and all.
  const again = await evaluateBenchmark(
    { ...input, asking: { ...input.asking, limit: 4 } },
    { ...model, open: () => Promise.reject(new Error('asked again')) },
    benchmarkContext(store),
  );
  return {
    items: await readJsonLines(store, evaluation, items.name, items.schema),
    summary: await readJson(store, evaluation, summary.name, summary.schema),
    short: await readJson(store, again.evaluation, summary.name, summary.schema),
  };
}

const pageOf = ({ items, summary }: Awaited<ReturnType<typeof evaluated>>) =>
  buildPage(
    benchmark,
    [{ key: 'k', label: 'base:tiny', kind: 'model', reader: 'strict', profile: 'compact', samples: 1, summary, items }],
    { generated: false, distractors: null, runs: {} },
  );
const html = (page: ReturnType<typeof pageOf>) =>
  evaluationPage(page, { data: { ids: [] }, images: [] } as unknown as Parameters<typeof evaluationPage>[1], new Map()); // no item is read

describe('an evaluation of a model that tells probabilities', () => {
  it('keeps them with the answers, and has its calibration in summary, page and table', async () => {
    const found = await evaluated(true);
    expect(found.items.map(({ confidence }) => confidence?.toFixed(6))).toEqual(Array(8).fill('0.800000'));
    const { calibration } = found.summary;
    expect(calibration).toMatchObject({ items: 8, bias: expect.closeTo(0.3, 9) });
    expect(calibration?.ece.value).toBeCloseTo(0.3, 9);
    expect(calibration?.brier.value).toBeCloseTo((0.04 + 0.64) / 2, 9);
    expect(found.short.calibration?.items).toBe(4);
    const page = pageOf(found);
    expect(
      pageCsv(page)
        .split('\r\n')
        .filter((row) => row.includes('calibration-error,0.')),
    ).toHaveLength(1);
    const shown = await html(page);
    expect(shown).toContain('<figure id="reliability">');
    expect(shown).not.toContain('class="absent"');
  });
});

describe('an evaluation of a model that tells none', () => {
  it('has no calibration, and says so', async () => {
    const found = await evaluated(false);
    expect(found.items.some((item) => 'confidence' in item)).toBe(false);
    expect('calibration' in found.summary).toBe(false);
    const shown = await html(pageOf(found));
    expect(shown).toContain('Absent, since no probabilities of options were told with the answers: base:tiny.');
    expect(shown).not.toContain('<figure id="reliability">');
  });
});

describe('the summary', () => {
  const random = createRandom('calibration');
  const reading = (correct: boolean) => ({ letter: 'A', predicted: 'x', correct, score: Number(correct) });
  const item = (i: number): ScoredItem => {
    const confidence = random.float();
    const right = random.float() < confidence;
    return {
      ...{ id: `${i}`, caseId: `${i}`, group: `${i >> 1}`, source: 's', attributes: {}, output: '', expected: 'x' },
      ...{ strict: reading(right), lenient: reading(right), unreadable: null, conditionCorrect: null },
      ...(i % 5 === 0 ? {} : { confidence }),
    };
  };
  const items = Array.from({ length: 400 }, (_, i) => item(i));

  it('is that of the items with a probability, and its intervals hold it', () => {
    const { calibration } = calibrationSummary(items);
    const own = items.flatMap(({ confidence, strict }) =>
      confidence === undefined ? [] : [{ confidence, correct: strict.correct }],
    );
    const { ece, brier } = calibrationOf(own);
    expect(calibration?.items).toBe(320);
    expect(calibration?.ece).toMatchObject({ value: ece });
    expect(calibration?.brier).toMatchObject({ value: brier });
    for (const { value, low, high } of [calibration?.ece, calibration?.brier].filter((each) => each !== undefined)) {
      expect(low).toBeLessThan(value);
      expect(high).toBeGreaterThan(value);
    }
  });

  it('leaves out whole patients: the error without one is that of the others', () => {
    // Two patients: the jackknife is worked out by hand.
    const two = items
      .filter(({ confidence }) => confidence !== undefined)
      .slice(0, 40)
      .map((each, i) => ({ ...each, group: i < 25 ? 'a' : 'b' }));
    const error = (group: string) =>
      calibrationOf(
        two.flatMap(({ group: own, confidence, strict }) =>
          own === group ? [] : [{ confidence: confidence ?? 0, correct: strict.correct }],
        ),
      ).ece;
    const [a, b] = [error('a'), error('b')];
    const half = 12.7062047361747 * Math.sqrt(0.5 * ((a - b) ** 2 / 2));
    const { calibration } = calibrationSummary(two);
    const { value = 0, low, high } = calibration?.ece ?? {};
    expect([low, high]).toEqual(
      [Math.max(0, value - half), Math.min(1, value + half)].map((bound) => expect.closeTo(bound, 6)),
    );
  });

  it('of one patient is anything, and of no probability absent', () => {
    const one = items.map((each) => ({ ...each, group: 'one' }));
    expect(calibrationSummary(one).calibration?.ece).toMatchObject({ low: 0, high: 1 });
    expect(calibrationSummary(items.map(({ confidence: _own, ...each }) => each))).toEqual({});
  });
});
