/** Questions over the labels of the real sets: what is offered as wrong is wrong. */
import { describe, expect, it } from 'vitest';
import { distractorSources } from '../../../domain/questions/distractors.ts';
import { type Question, questionTasks } from '../../../domain/questions/question.ts';
import { labelledSets } from '../../../infra/draw-taxonomy.ts';
import { makeCase } from '../../support/cases.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';
import { buildQuestions } from '../../support/questions.ts';

const { taxonomy } = shippedKnowledge;
const cases = (await labelledSets()).flatMap(({ name, labels }) =>
  [...new Set(labels.map((label) => taxonomy.resolve(label)?.name ?? 'unspecified lesion'))]
    .filter((diagnosis) => taxonomy.malignancy(diagnosis) !== null)
    .flatMap((diagnosis) =>
      Array.from({ length: 6 }, (_, i) =>
        makeCase(`${name}/${diagnosis}/${i}`, diagnosis, { source: name, split: i < 3 ? 'train' : 'test' }),
      ),
    ),
);
const wrong = ({ options }: Question): string[] => options.flatMap(({ label, value }) => (value === 0 ? [label] : []));

describe.each(distractorSources)('over the labels of all sets, distractors %s', (distractors) => {
  const settings = { seed: 1, granularity: 'leaf', distractors, tasks: questionTasks } as const;
  const asked = buildQuestions(cases, shippedKnowledge, settings).filter(({ task }) => task !== 'lesion-condition');

  it('offers nothing as wrong that may be true of the diagnosis', () => {
    const right = asked.flatMap((q) =>
      wrong(q)
        .filter((label) => taxonomy.overlap(label, q.diagnosis))
        .map((label) => `${q.id}: ${label}`),
    );
    expect(asked.length).toBeGreaterThan(4000);
    expect(right).toEqual([]);
  });

  it.each([
    ['squamous cell carcinoma', 'actinic keratosis or bowen disease'],
    ['actinic keratosis or bowen disease', 'squamous cell carcinoma'],
    ['dysplastic junctional nevus', 'junctional nevus'],
    ['benign keratosis-like lesion', 'lentigo'],
  ])('asks for %s, never against %s', (diagnosis, label) => {
    const of = asked.filter((q) => q.diagnosis === diagnosis);
    expect(of.length).toBeGreaterThan(5);
    expect(of.filter((q) => wrong(q).includes(label))).toEqual([]);
  });

  // Matched options are few and the draw decides which diagnoses meet, so there only the first two are sure to.
  it.each<[diagnosis: string, label: string]>([
    ['squamous cell carcinoma', 'basal cell carcinoma'],
    ['melanoma', 'melanocytic nevus'],
    ...(distractors === 'matched' ? [] : [['dysplastic junctional nevus', 'melanoma in situ'] as [string, string]]),
  ])('still asks for %s against %s', (diagnosis, label) => {
    expect(asked.some((q) => q.diagnosis === diagnosis && wrong(q).includes(label))).toBe(true);
  });
});
