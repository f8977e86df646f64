import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BenchmarkSources, benchmarkItemSchema } from '../../../domain/benchmarks/benchmark.ts';
import { benchmarkNamed, benchmarks } from '../../../domain/benchmarks/catalogue/index.ts';
import { byAttribute } from '../../../domain/benchmarks/summaries/by-attribute.ts';
import { benchmarkSummarySchema } from '../../../domain/benchmarks/summaries/summary.ts';
import { scoredItemSchema } from '../../../domain/evaluation/scored.ts';
import { evaluationProfile, evaluationProfiles, questionPrompt } from '../../../domain/prompts/prompts.ts';
import { questionTasks } from '../../../domain/questions/question.ts';
import { makeCase, testImage } from '../../support/cases.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';
import { buildQuestions } from '../../support/questions.ts';

const names = ['blue nevus', 'nodular melanoma', 'basal cell carcinoma', 'seborrheic keratosis', 'actinic keratosis'];
const tones = ['1', '2', '3.0', 'VI', 'unknown'];
const cases = ['bcn20000', 'ham10000', 'skincon/ddi'].flatMap((source) =>
  names.map((name, i) =>
    makeCase(`${source}/${i}`, name, {
      source,
      split: 'test',
      group: `${source}/p${i >> 1}`,
      provenance: { 'skin tone': tones[i] ?? '' },
      ...(source === 'skincon/ddi' ? { concepts: { plaque: 'present', scale: 'present', crust: 'absent' } } : {}),
    }),
  ),
);
const {
  concepts: _,
  diagnosis: __,
  path: ___,
  siblings: ____,
  malignancy: _____,
  ...picture
} = makeCase('x', 'melanoma');
const sources: BenchmarkSources = {
  cases,
  questions: buildQuestions(cases, shippedKnowledge, {
    seed: 1,
    granularity: 'leaf',
    distractors: 'set',
    tasks: questionTasks,
  }),
  ready: [
    {
      ...picture,
      id: 'omnimedvqa/isic2018/1',
      source: 'omnimedvqa/isic2018',
      images: [testImage],
      question: {
        text: 'What {options} does this {question} show?',
        options: ['Inflammatory.', 'Melanoma'],
        answer: 1,
      },
    },
  ],
};
const paper = evaluationProfile('paper');

describe('every benchmark', () => {
  it.each(benchmarks.map((benchmark) => [benchmark.name, benchmark] as const))('%s', (name, benchmark) => {
    for (const profile of evaluationProfiles) {
      const items = benchmark.items(sources, profile);
      expect(items.length).toBeGreaterThan(0);
      expect(items).toEqual(benchmark.items(sources, profile));
      expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
      for (const item of items) {
        expect(benchmarkItemSchema.parse(item)).toEqual(item);
        if (item.answer !== null) expect(item.options.map(({ letter }) => letter)).toContain(item.answer);
        if (item.kind !== 'open') for (const { label } of item.options) expect(item.prompt).toContain(label);
      }
      const scored = items.map((item) => benchmark.score(item, 'no idea'));
      expect(scored.map((item) => scoredItemSchema.parse(item))).toEqual(scored);
      const summary = benchmark.summarise(scored);
      expect(benchmarkSummarySchema.parse(summary)).toEqual(summary);
      expect(summary).toMatchObject({ benchmark: name, items: items.length });
      expect(benchmark.summarise([])).toMatchObject({ items: 0, columns: [] });
      expect(benchmark.items({}, profile)).toEqual([]);
    }
  });

  it('is found by its name, and an unknown name is told the known ones', () => {
    for (const benchmark of benchmarks) expect(benchmarkNamed(benchmark.name)).toBe(benchmark);
    expect(() => benchmarkNamed('isic')).toThrow(/no benchmark "isic"; there are id-diagnosis, .*fairness/);
  });

  it('reads any output without an error', () => {
    const all = benchmarks.flatMap((benchmark) =>
      benchmark
        .items(sources, paper)
        .slice(0, 2)
        .map((item) => ({ benchmark, item })),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.constantFrom(...all), (output, { benchmark, item }) => {
        const { strict, lenient } = benchmark.score(item, output);
        for (const { score, correct } of [strict, lenient]) expect(correct).toBe(score === 1);
      }),
    );
  });
});

describe('items', () => {
  it('of a run’s questions have the text that the run asks', () => {
    const items = benchmarkNamed('id-diagnosis').items(sources, paper);
    const questions = (sources.questions ?? []).filter(({ task }) => task === 'diagnosis');
    expect(items.map(({ prompt }) => prompt)).toEqual(questions.map((q) => questionPrompt(q, 'paper', 'evaluation')));
    expect(items.map(({ id }) => id)).toEqual(questions.map(({ id }) => id));
  });

  it('of OmniMedVQA are asked word for word, whatever stands in the question', () => {
    const [item] = benchmarkNamed('ood-diagnosis').items(sources, paper);
    expect(item?.prompt).toContain('answer: What {options} does this {question} show?\nA: Inflammatory. B: Melanoma\n');
    expect(item).toMatchObject({ answer: 'B', source: 'omnimedvqa/isic2018', malignancy: null });
  });

  it.each([
    ['Inflammatory.', 'A'],
    ['<answer>Inflammatory.</answer>', 'A'],
    ['<think>Melanoma?</think> <final_answer>Inflammatory', 'A'],
    ['The correct option is: Inflammatory', 'A'],
    ['{"answer": "Inflammatory."}', 'A'],
    ['$\\boxed{\\text{Inflammatory.}}$', 'A'],
    ['The picture is red.\n**Answer:** Inflammatory.', 'A'],
    ['A. Inflammatory.\nB. Melanoma', null],
    ['<answer>Inflammatory.</answer> <answer>B</answer>', null],
    ['Inflammatory. and Melanoma', null],
    ['It is not inflammatory.', null],
  ])('with options of any kind are read leniently word for word: %j is %s', (output, letter) => {
    const ood = benchmarkNamed('ood-diagnosis');
    const [item] = ood.items(sources, paper);
    if (!item) throw new RangeError('one item');
    expect(ood.score(item, output)).toMatchObject({ strict: { letter: null }, lenient: { letter } });
  });

  it('carry a profile’s system text', () => {
    const [item] = benchmarkNamed('ddx').items(sources, { ...paper, system: 'You are careful.' });
    expect(item?.system).toBe('You are careful.');
  });

  it('of fairness are those whose skin tone is noted, a column for each group of tones', () => {
    const fairness = benchmarkNamed('fairness');
    const items = fairness.items(sources, paper);
    expect(items.map(({ attributes }) => attributes['skin tone'])).toEqual([
      'I-II',
      'I-II',
      'III-IV',
      'V-VI',
      'I-II',
      'I-II',
      'III-IV',
      'V-VI',
      'I-II',
      'I-II',
      'III-IV',
      'V-VI',
    ]);
    const scored = items.map((item) =>
      fairness.score(item, `<thinking>x</thinking><final diagnosis>${item.answer}</final diagnosis>`),
    );
    expect(fairness.summarise(scored).columns.map(({ name, strict }) => [name, strict.score.value])).toEqual([
      ['I-II', 1],
      ['III-IV', 1],
      ['V-VI', 1],
    ]);
  });

  it('of open questions take each diagnosis in turn', () => {
    const many = [...Array.from({ length: 100 }, (_, i) => makeCase(`n${i}`, 'blue nevus')), makeCase('m', 'melanoma')];
    const items = benchmarkNamed('open-cases').items({ cases: many }, paper);
    expect(items).toHaveLength(40);
    expect(items.map(({ diagnosis }) => diagnosis)).toContain('melanoma');
  });
});

describe('open questions', () => {
  const [item] = benchmarkNamed('open-cases').items({ cases: [makeCase('b', 'blue nevus')] }, paper);
  const score = (output: string) => {
    if (!item) throw new RangeError('no item');
    const { strict, lenient, conditionCorrect } = benchmarkNamed('open-cases').score(item, output);
    return [strict.correct, lenient.correct, conditionCorrect];
  };

  it.each([
    [
      'Blue-grey, homogeneous. Therefore, the most likely diagnosis corresponds to "blue nevus". The lesion is benign.',
      true,
      true,
      true,
    ],
    ['The most likely diagnosis is a melanocytic nevus, benign.', false, true, true],
    ['The diagnosis is melanoma, malignant.', false, false, null],
    ['It may be a blue nevus or a melanoma.', false, false, null],
    ['A', false, false, null],
  ])('%s', (output, strict, lenient, condition) => {
    expect(score(output)).toEqual([strict, lenient, condition]);
  });
});

describe('byAttribute', () => {
  const scored = (tone: string | null, group: string, right: boolean) => ({
    ...{ id: `${tone}/${group}`, caseId: group, group, source: 'x', output: '', expected: 'a' },
    attributes: tone === null ? {} : { 'skin tone': tone },
    strict: { letter: null, predicted: null, correct: right, score: Number(right) },
    lenient: { letter: null, predicted: null, correct: right, score: Number(right) },
    unreadable: null,
    conditionCorrect: null,
  });
  const ofTone = (tone: string | null, right: number, wrong: number) =>
    Array.from({ length: right + wrong }, (_, i) => scored(tone, `${tone}${i}`, i < right));

  it('names the worst group and its gap, and shows a gap only where there are pictures enough', () => {
    const large = byAttribute(
      [...ofTone('I-II', 180, 20), ...ofTone('V-VI', 80, 120), ...ofTone(null, 5, 5)],
      'skin tone',
    );
    expect(large).toMatchObject({
      unknown: 10,
      worst: { value: 'V-VI', score: 0.4 },
      gap: { best: 'I-II', shown: true },
    });
    expect(large.gap?.value).toBeCloseTo(0.5, 12);
    expect(large.gap?.low).toBeGreaterThan(0.35);
    const small = byAttribute([...ofTone('I-II', 9, 1), ...ofTone('V-VI', 4, 6)], 'skin tone');
    expect(small.gap).toMatchObject({ worst: 'V-VI', shown: false });
  });

  it('has no gap with one group, or none', () => {
    expect(byAttribute(ofTone('I-II', 3, 3), 'skin tone').gap).toBeNull();
    expect(byAttribute(ofTone(null, 3, 3), 'skin tone')).toMatchObject({
      unknown: 6,
      groups: [],
      worst: null,
      gap: null,
    });
  });
});
