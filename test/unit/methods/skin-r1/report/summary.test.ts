import { describe, expect, it } from 'vitest';
import type { TaskSummary } from '../../../../../domain/evaluation/summary.ts';
import type { Comparison, EvaluatedModel, TaskBaseline } from '../../../../../domain/methods/skin-r1/report/report.ts';
import { type ReportFindings, summariseReport } from '../../../../../domain/methods/skin-r1/report/summary.ts';

const score = (accuracy: number, low: number, high: number): TaskSummary => ({
  ...{ task: 'diagnosis', items: 1600, accuracy, low, high, macroF1: accuracy, unparsed: 0, format: 1 },
  ...{ lenient: { accuracy, unparsed: 0 }, unreadable: [] },
  confusion: { labels: [], counts: [], unparsed: [] },
});
const model = (
  label: string,
  title: string,
  task: TaskSummary,
  more: Partial<EvaluatedModel> = {},
): EvaluatedModel => ({
  ...{ label, title, step: 60, image: 'real', tasks: [task] },
  ...more,
});
const final = model('grpo-60', 'SFT + GRPO, step 60', score(0.9, 0.88, 0.92));
const control = (grey: TaskSummary): EvaluatedModel =>
  model('grpo-60-no-image', 'SFT + GRPO, step 60, grey image', grey, { image: 'grey' });
const baseline: TaskBaseline = {
  ...{ task: 'diagnosis', items: 1600, groups: 800, chance: 0.25 },
  majority: { label: 'melanoma', accuracy: 0.2 },
};
const comparison = (first: string, low: number, high: number, p: number): Comparison => ({
  ...{ task: 'diagnosis', first, second: 'grpo-60', items: 1600, difference: (low + high) / 2, low, high },
  ...{ onlyFirst: 1, onlySecond: 2, p },
});
const findings = (more: Partial<ReportFindings> = {}): ReportFindings => ({
  ...{ models: [final], final, baselines: [baseline], comparisons: [], generated: false },
  ...more,
});

describe('the summary of a run', () => {
  it('says what was asked, what came of it, and what guessing earns', () => {
    expect(summariseReport(findings())).toEqual([
      'Disease diagnosis, 1,600 held-out questions from 800 patients: the final model (SFT + GRPO, step 60) is right on 90.0 % (95 % interval 88.0 to 92.0 %); guessing would give 25.0 %.',
    ]);
  });

  it('compares the lesion condition with its most frequent answer, since classes are uneven', () => {
    const task = { ...score(0.9, 0.88, 0.92), task: 'lesion-condition' as const };
    const own = model('grpo-60', 'SFT + GRPO, step 60', task);
    const guess = { ...baseline, task: 'lesion-condition' as const, majority: { label: 'benign', accuracy: 0.525 } };
    const [sentence] = summariseReport(findings({ models: [own], final: own, baselines: [guess] }));
    expect(sentence).toMatch(/^Lesion condition, .*; always answering "benign" would give 52\.5 %\.$/);
  });

  it('names the models before it, and not the final one twice', () => {
    const models = [
      model('base', 'Base model', score(0.31, 0.29, 0.33)),
      model('rl-only', 'RL without SFT, step 60', score(0.35, 0.33, 0.37)),
      model('sft', 'SFT', score(0.75, 0.73, 0.77)),
      final,
    ];
    expect(summariseReport(findings({ models }))[1]).toBe(
      'For comparison, on the same questions: Base model 31.0 % (95 % interval 29.0 to 33.0 %); SFT 75.0 % (95 % interval 73.0 to 77.0 %); RL without SFT, step 60 35.0 % (95 % interval 33.0 to 37.0 %).',
    );
    const sft = model('sft', 'SFT', score(0.75, 0.73, 0.77));
    expect(summariseReport(findings({ models: [sft], final: sft })).join(' ')).not.toContain('For comparison');
  });

  it.each([
    {
      low: 0.12,
      high: 0.18,
      p: 0.0001,
      words: "+15.0 points (95 % interval +12.0 to +18.0; McNemar's exact test p < 0.001): a gain.",
    },
    {
      low: -0.18,
      high: -0.12,
      p: 0.0001,
      words: "−15.0 points (95 % interval −18.0 to −12.0; McNemar's exact test p < 0.001): a loss.",
    },
    {
      low: -0.02,
      high: 0.04,
      p: 0.4,
      words:
        "+1.0 points (95 % interval −2.0 to +4.0; McNemar's exact test p = 0.4): no difference that this number of questions can show.",
    },
  ])('calls $low to $high by its name', ({ low, high, p, words }) => {
    const models = [model('sft', 'SFT', score(0.75, 0.73, 0.77)), final];
    const sentences = summariseReport(findings({ models, comparisons: [comparison('sft', low, high, p)] }));
    expect(sentences[2]).toBe(`GRPO after SFT changes accuracy on the same questions by ${words}`);
  });

  it.each([
    {
      grey: score(0.35, 0.3, 0.4),
      loss: 0.5,
      words: 'more than guessing, so part of its answers do not rest on the image.',
    },
    {
      grey: score(0.26, 0.22, 0.3),
      loss: 0.6,
      words: 'not shown to be more than guessing, so what it gains over guessing it reads off the image.',
    },
    {
      grey: score(0.26, 0.22, 0.3),
      loss: -0.01,
      words: 'not shown to be less than with the picture, so there is no sign that it looks at the image.',
    },
  ])('says what the grey image shows: $words', ({ grey, loss, words }) => {
    const other = control(grey);
    const comparisons = [comparison('grpo-60-no-image', loss, loss + 0.05, 0.001)];
    const sentences = summariseReport(findings({ models: [final, other], comparisons }));
    expect(sentences.at(-1)).toContain('With a grey image in place of the picture the final model is right on');
    expect(sentences.at(-1)?.endsWith(`: ${words}`)).toBe(true);
  });

  it('says of drawings that they are drawings, last', () => {
    expect(summariseReport(findings({ generated: true })).at(-1)).toContain('they say nothing about skin or patients');
    expect(summariseReport(findings()).join(' ')).not.toContain('drawings');
  });

  it('is silent on a task that the final model was not asked', () => {
    expect(summariseReport(findings({ baselines: [{ ...baseline, task: 'lesion-condition' }] }))).toEqual([]);
  });
});
