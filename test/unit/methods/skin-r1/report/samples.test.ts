import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EvaluationItem, judgeOutput } from '../../../../../domain/evaluation/item.ts';
import { chooseCompletions, chooseSamples, showSamples } from '../../../../../domain/methods/skin-r1/report/samples.ts';
import type { Question } from '../../../../../domain/questions/question.ts';
import { createRandom } from '../../../../../domain/random.ts';
import { conditionQuestion, melanomaQuestion } from '../../../../support/cases.ts';

const diagnoses = ['melanoma', 'hemangioma', 'dermatofibroma', 'melanocytic nevus', 'basal cell carcinoma'];
const questions = diagnoses.flatMap((diagnosis) =>
  Array.from({ length: 12 }, (_, i) => melanomaQuestion({ id: `${diagnosis}-${i}`, diagnosis })),
);
const right = '<thinking> a </thinking> <final diagnosis> A, malignant </final diagnosis>';
const wrong = '<thinking> b </thinking> <final diagnosis> C </final diagnosis>';
const answers = (output: (i: number) => string, asked: readonly Question[] = questions): EvaluationItem[] =>
  asked.map((question, i) => judgeOutput(question, output(i)));

const rewards = { format: true, malignancy: true, granularity: 'leaf' as const, thinkingRequired: false };
const sources = (items: EvaluationItem[], asked: readonly Question[] = questions) => ({
  final: 'grpo-60',
  items: new Map([
    ['base', answers(() => wrong, asked)],
    ['grpo-60', items],
    ['grpo-60-no-image', answers(() => wrong, asked)],
  ]),
  questions: new Map(asked.map((question) => [question.id, question])),
});

/** The samples of a seed, as the report shows them. */
function samplesOf(of: ReturnType<typeof sources>, seed: number) {
  const written = of.items.get('grpo-60') ?? [];
  const shown = written.flatMap(({ id, output }) => {
    const question = of.questions.get(id);
    return question ? [[id, { question, output }] as const] : [];
  });
  const ids = chooseSamples(of, createRandom(seed));
  return showSamples(ids, of, new Set(['base', 'grpo-60']), new Map(shown), rewards);
}

describe('chooseSamples', () => {
  it('takes the first of each diagnosis in a drawn order, then more of these', () => {
    const kinds = fc.array(fc.constantFrom(...diagnoses.slice(0, 5)), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(kinds, fc.nat(99), (asked, seed) => {
        const own = asked.map((diagnosis, i) => melanomaQuestion({ id: `q${i}`, diagnosis }));
        const shuffled = createRandom(seed).shuffle(own);
        const groups = [...Map.groupBy(shuffled, ({ diagnosis }) => diagnosis).values()];
        const inTurn = [...groups.flatMap((group) => group.slice(0, 1)), ...groups.flatMap((group) => group.slice(1))];
        const of = sources(
          answers(() => right, own),
          own,
        );
        expect(chooseSamples(of, createRandom(seed))).toEqual(inTurn.slice(0, 4).map(({ id }) => id));
      }),
    );
  });

  const half = sources(answers((i) => (i % 2 === 0 ? right : wrong)));

  it('shows four right and four wrong answers, each with another diagnosis', () => {
    const samples = samplesOf(half, 1);
    expect(samples.map(({ correct }) => correct)).toEqual([true, true, true, true, false, false, false, false]);
    for (const correct of [true, false]) {
      const shown = samples.filter((sample) => sample.correct === correct).map(({ diagnosis }) => diagnosis);
      expect(new Set(shown).size).toBe(4);
    }
  });

  it('is decided by the seed', () => {
    const ids = (seed: number): string[] => samplesOf(half, seed).map(({ id }) => id);
    expect(ids(1)).toEqual(ids(1));
    expect(ids(1)).not.toEqual(ids(2));
  });

  it('carries output, reward parts and what other models with the image answered', () => {
    const [first] = samplesOf(half, 1);
    expect(first).toMatchObject({
      output: right,
      answer: 'A',
      letter: 'A',
      expected: 'melanoma',
      predicted: 'melanoma',
      rewards: { format: 1, granularity: 0.75, malignancy: 0.25 },
      others: [{ label: 'base', predicted: 'basal cell carcinoma', correct: false }],
    });
  });

  it('repeats a diagnosis rather than show fewer, and shows fewer where there are no more', () => {
    const asked = questions.slice(0, 3);
    const samples = samplesOf(
      sources(
        answers(() => right, asked),
        asked,
      ),
      1,
    );
    expect(samples.map(({ diagnosis }) => diagnosis)).toEqual(['melanoma', 'melanoma', 'melanoma']);
  });

  it('shows diagnosis questions alone', () => {
    const asked = [conditionQuestion()];
    expect(
      samplesOf(
        sources(
          answers(() => wrong, asked),
          asked,
        ),
        1,
      ),
    ).toEqual([]);
  });
});

describe('chooseCompletions', () => {
  const line = (step: number, id: string) => ({ step, id, completion: id, components: {} });

  it('takes the first of the first, the middle and the last step', () => {
    const lines = [3, 1, 2, 10].flatMap((step) => [line(step, `${step}-a`), line(step, `${step}-b`)]);
    expect(chooseCompletions(lines).map(({ id }) => id)).toEqual(['1-a', '3-a', '10-a']);
  });

  it.each([
    { steps: [], shown: [] },
    { steps: [5], shown: ['5'] },
    { steps: [5, 6], shown: ['5', '6'] },
  ])('takes none twice: $steps', ({ steps, shown }) => {
    expect(chooseCompletions(steps.map((step) => line(step, String(step)))).map(({ id }) => id)).toEqual(shown);
  });
});
