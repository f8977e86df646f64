import { describe, expect, it } from 'vitest';
import { judgeOutput } from '../../../../../domain/evaluation/item.ts';
import { textOnlyItem } from '../../../../../domain/evaluation/text-only.ts';
import { baselinesOf } from '../../../../../domain/methods/skin-r1/report/compare.ts';
import type { EvaluatedModel } from '../../../../../domain/methods/skin-r1/report/report.ts';
import { withTextOnly } from '../../../../../domain/methods/skin-r1/report/text-only.ts';
import { withoutImages } from '../../../../../domain/methods/skin-r1/report/words-text-only.ts';
import { modeWords } from '../../../../../domain/report/words-distractors.ts';
import { melanomaQuestion } from '../../../../support/cases.ts';
import { sampleReport } from '../../../../support/report.ts';

/** 40 questions of two sets; the rule is right on the first 20, which are those of the first set. */
const asked = Array.from({ length: 40 }, (_, i) =>
  melanomaQuestion({ id: `q${i}`, group: `g${i}`, source: i < 20 ? 'one' : 'two' }),
);
const questions = new Map(asked.map((question) => [question.id, question]));
const rule = new Map(asked.map((question, i) => [question.id, textOnlyItem(question, i < 20 ? 'A' : 'C')]));
const model = (label: string, more: Partial<EvaluatedModel> = {}): EvaluatedModel => ({
  ...{ label, title: `The ${label}`, step: 60, image: 'real', tasks: [], ...more },
});
const answered = (right: (i: number) => boolean) =>
  asked.map((question, i) =>
    judgeOutput(question, `<thinking>x</thinking><final diagnosis>${right(i) ? 'A' : 'C'}</final diagnosis>`),
  );
const final = model('grpo-60');
const models = [model('base'), model('sft'), final, model('grpo-60-no-image', { image: 'grey' })];
const items = new Map([
  ['base', answered((i) => i < 10)],
  ['sft', answered((i) => i < 21)],
  ['grpo-60', answered((i) => i >= 2)],
  ['grpo-60-no-image', answered((i) => i < 20)],
]);
const sources = { models, final, items, questions, rule, seed: 1, turn: async () => {} };
const [baseline] = await withTextOnly(baselinesOf(items.get('grpo-60') ?? [], questions), sources);

describe('withTextOnly', () => {
  it('puts the rule beside chance and the most frequent answer, over all and for each set', () => {
    expect(baseline).toMatchObject({ chance: 0.25, textOnly: { accuracy: 0.5, sets: [{ source: 'one' }, {}] } });
    expect(
      baseline?.textOnly?.sets.map(({ source, items: n, accuracy, chance }) => [source, n, accuracy, chance]),
    ).toEqual([
      ['one', 20, 1, 0.25],
      ['two', 20, 0, 0.25],
    ]);
  });

  it('says of every model where it stands', () => {
    expect(baseline?.textOnly?.models.map(({ label, standing }) => [label, standing])).toEqual([
      ['base', 'below'],
      ['sft', 'not shown to be above'],
      ['grpo-60', 'above'],
      ['grpo-60-no-image', 'below'],
    ]);
    const [one] = baseline?.textOnly?.sets ?? [];
    expect(one?.models.map(({ label, standing }) => [label, standing])).toEqual([
      ['grpo-60', 'below'],
      ['grpo-60-no-image', 'below'],
    ]);
  });

  it('leaves a baseline as it is where the rule was not measured', async () => {
    const plain = baselinesOf(items.get('grpo-60') ?? [], questions);
    expect(await withTextOnly(plain, { ...sources, rule: new Map() })).toEqual(plain);
  });
});

describe('the words for it', () => {
  it('name what is below the rule', () => {
    if (!baseline) throw new Error('no baseline');
    const [rule, ...below] = withoutImages(baseline, models, final);
    expect(rule).toMatch(/^Without the image, .* is right on 50\.0 % .*; the final model is above it: \+45\.0 points/);
    expect(below).toEqual(['The final model is below that rule on one.', 'Below that rule: The base.']);
    const [worse] = withoutImages(baseline, models, model('base'));
    expect(worse).toContain('the final model is below it: −25.0 points');
    const [same] = withoutImages(baseline, models, model('sft'));
    expect(same).toContain('the final model is not shown to be above it');
  });

  it('stand in the summary of a run, and with every task', () => {
    const report = sampleReport();
    expect(report.baselines.map(({ textOnly }) => textOnly?.sets.map(({ source }) => source))).toEqual([
      ['test'],
      ['test'],
    ]);
    expect(report.summary.filter((sentence) => sentence.startsWith('Without the image'))).toHaveLength(2);
    expect(report.summary).toContain(modeWords(report.recipe.questions.distractors));
  });
});
