import { describe, expect, it } from 'vitest';
import { classificationItems, classificationName } from '../../../domain/benchmarks/classification-set.ts';
import { ownBenchmark } from '../../../domain/benchmarks/own-items.ts';
import type { Case } from '../../../domain/cases/case.ts';
import { evaluationProfile } from '../../../domain/prompts/prompts.ts';

const image = (id: string) => ({ sha256: id.padEnd(64, '0'), bytes: 1, width: 28, height: 28 });
const caseOf = (id: string, diagnosis: string): Case => ({
  ...{ id: `ddi/${id}`, source: 'ddi', images: [image(id)], look: '0'.repeat(576), modality: 'clinical' },
  ...{ group: `p${id}`, archiveIds: [], diagnosis, path: [diagnosis], siblings: [], malignancy: 'benign' },
  ...{ split: 'test', provenance: { 'skin tone': 'V-VI' } },
});
const cases = [caseOf('a', 'basal cell carcinoma'), caseOf('b', 'melanoma'), caseOf('c', 'melanoma')];
const paper = { seed: 1, prompts: 'paper', candidateLabels: true, maxItems: null } as const;

describe('the items of a classification set', () => {
  it('name each label of the set once, and ask for one of them as it is spelt', () => {
    const [first] = classificationItems(cases, 'ddi', paper);
    expect(first?.question).toContain('labels: basal cell carcinoma; melanoma.');
    expect(first?.question).toContain('spelt as it stands here');
  });

  it('are asked as the tiny model was taught where no label is named', () => {
    const [first] = classificationItems(cases, 'ddi', { ...paper, prompts: 'compact', candidateLabels: false });
    expect(first?.question).toBe(evaluationProfile('compact').prompts.open);
  });

  it('are drawn by the seed, whatever order the cases come in', () => {
    const drawn = classificationItems(cases, 'ddi', { ...paper, maxItems: 2 });
    expect(classificationItems(cases.toReversed(), 'ddi', { ...paper, maxItems: 2 })).toEqual(drawn);
    expect(drawn).toHaveLength(2);
  });

  it('keep patient and skin tone', () =>
    expect(classificationItems(cases, 'ddi', paper).find(({ id }) => id === 'ddi/a')).toMatchObject({
      ...{ group: 'pa', source: 'ddi', attributes: { 'skin tone': 'V-VI' } },
    }));

  const items = classificationItems(cases, 'ddi', paper);
  const images = new Map(items.map((item) => [item.image, image(item.image.slice(0, 1))]));
  const benchmark = ownBenchmark(classificationName('ddi'), items, images);
  const [item] = benchmark.items({}, evaluationProfile('paper')).filter(({ id }) => id === 'ddi/a');
  const isRight = (output: string): boolean => item !== undefined && benchmark.score(item, output).strict.correct;

  // The rules of the public code's judge.
  it.each([
    ['Final diagnosis: basal cell carcinoma', true],
    ['<think>It may be a melanoma.</think>\nFinal diagnosis: Basal Cell Carcinoma', true],
    ['The lesion is pearly.\nFinal diagnosis: BCC', true],
    ['Final diagnosis: melanoma', false],
    ['Final diagnosis: carcinoma', false],
    ['Final diagnosis: nodular basal cell carcinoma', false],
    ['Final diagnosis: basal cell carcinoma or melanoma', false],
    ['I cannot say.', false],
    ['', false],
  ])('%j is right: %s', (output, right) => expect(isRight(output)).toBe(right));
});
