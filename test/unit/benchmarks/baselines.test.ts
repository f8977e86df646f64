/** What needs no model, and the paper's trap: "benign" to every picture. */
import { describe, expect, it } from 'vitest';
import { allBenign, baselineItems, chance, majority } from '../../../domain/benchmarks/baselines.ts';
import { benchmarkNamed } from '../../../domain/benchmarks/catalogue/index.ts';
import { evaluationProfile } from '../../../domain/prompts/prompts.ts';
import { conditionTables } from '../../../domain/published/condition.ts';
import { idSets } from '../../../domain/published/sets.ts';
import type { Question } from '../../../domain/questions/question.ts';
import { conditionQuestion, melanomaQuestion } from '../../support/cases.ts';

const paper = evaluationProfile('paper');
const condition = benchmarkNamed('lesion-condition');
const letters = { benign: 'A', malignant: 'B', precancerous_in_situ: 'C' } as const;
const asked = (source: string, malignancy: keyof typeof letters, i: number): Question => ({
  ...conditionQuestion(),
  id: `${source}/${malignancy}/${i}`,
  group: `${source}/${malignancy}/${i}`,
  source,
  malignancy,
  answer: letters[malignancy],
});
const many = (source: string, malignancy: keyof typeof letters, count: number): Question[] =>
  Array.from({ length: count }, (_, i) => asked(source, malignancy, i));

/** Benign pictures of the paper's test sets; Derm7pt alone has two conditions. */
const benign: Record<string, number> = {
  bcn20000: 1109,
  ham10000: 1204,
  'pad-ufes-20': 106,
  derm12345: 2235,
  derm7pt: 540,
  dermnet: 369,
};

describe('"benign" to every picture, by the shares of the paper’s sets', () => {
  const questions = idSets.flatMap(({ source, items }) => {
    const others = items - (benign[source] ?? 0);
    const precancerous = source === 'derm7pt' ? 0 : Math.floor(others / 3);
    return [
      ...many(source, 'benign', benign[source] ?? 0),
      ...many(source, 'malignant', others - precancerous),
      ...many(source, 'precancerous_in_situ', precancerous),
    ];
  });
  const items = condition.items({ questions }, paper);
  const summary = condition.summarise(baselineItems(items, allBenign));

  it('is right on 0.66 and has a macro-F1 of 0.27', () => {
    expect(summary.items).toBe(8390);
    expect(summary.average.strict.weighted.score.value).toBeCloseTo(0.6631, 4);
    expect(summary.average.strict.weighted.macroF1).toBeCloseTo(0.2714, 4);
  });

  it('equals the row of LLaVA-Med on every set', () => {
    const [accuracy, macroF1] = conditionTables.map(
      ({ rows }) => rows.find(({ model }) => model === 'LLaVA-Med-7b')?.values,
    );
    for (const { name, strict } of summary.columns) {
      expect(strict.score.value).toBeCloseTo(accuracy?.[name] ?? -1, 4);
      expect(strict.macroF1?.value).toBeCloseTo(macroF1?.[name] ?? -1, 4);
    }
  });

  it('is what the most frequent answer is too', async () => {
    const rule = await majority(items);
    if (rule === null) throw new RangeError('there are items to fit it on');
    expect(baselineItems(items.slice(0, 50), rule)).toEqual(baselineItems(items.slice(0, 50), allBenign));
  });
});

describe('baselines', () => {
  const diagnosis = benchmarkNamed('id-diagnosis');
  const items = diagnosis.items(
    { questions: Array.from({ length: 400 }, (_, i) => melanomaQuestion({ id: `q${i}`, group: `${i}` })) },
    paper,
  );

  it('guess by chance, the same each time, right on a quarter of four options', () => {
    const guessed = baselineItems(items, chance(1));
    expect(guessed).toEqual(baselineItems(items, chance(1)));
    const right = guessed.filter(({ strict }) => strict.correct).length;
    expect(right / items.length).toBeGreaterThan(0.18);
    expect(right / items.length).toBeLessThan(0.32);
  });

  it('leave out what they have no answer to', async () => {
    expect(await majority([])).toBeNull();
    expect(baselineItems(items, allBenign)).toEqual([]);
  });
});
