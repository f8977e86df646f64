import { describe, expect, it } from 'vitest';
import { judgeOutput } from '../../../../../domain/evaluation/item.ts';
import { buildReport } from '../../../../../domain/methods/skin-r1/report/build.ts';
import { baselinesOf } from '../../../../../domain/methods/skin-r1/report/compare.ts';
import { reportSchema } from '../../../../../domain/methods/skin-r1/report/report.ts';
import { melanomaQuestion } from '../../../../support/cases.ts';
import { sampleReport, sampleSources } from '../../../../support/report.ts';
import { demoModels } from '../../../../support/simulated-run.ts';

describe('buildReport', () => {
  const report = sampleReport();

  it('is what its schema says, and survives JSON', () => {
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it('is the same for the same sources', async () => expect(await buildReport(sampleSources())).toEqual(report));

  it('is about the last milestone', () => expect(report.final).toBe('grpo-60'));

  it('makes the comparisons that the run is made for, on both tasks', () => {
    const controls = ['base', 'sft', 'rl-only-60', 'grpo-60'].map((label) => `${label}-no-image ${label}`);
    const pairs = report.comparisons.map(({ task, first, second }) => `${task}: ${first} ${second}`);
    const expected = ['base sft', 'sft grpo-60', 'rl-only-60 grpo-60', ...controls];
    expect(pairs).toEqual(['diagnosis', 'lesion-condition'].flatMap((task) => expected.map((p) => `${task}: ${p}`)));
  });

  it('compares what there is', async () => {
    const models = demoModels.filter(({ label }) => ['base', 'sft'].includes(label));
    const shorter = await buildReport(sampleSources(models));
    expect(shorter.final).toBe('sft');
    expect(shorter.comparisons.map(({ first, second }) => `${first} ${second}`)).toEqual(['base sft', 'base sft']);
  });

  it('tells every model by data set, and the row of the paper beside it', () => {
    const final = report.sets.find(({ task, label }) => task === 'diagnosis' && label === report.final);
    const score = report.evaluations
      .find(({ label }) => label === report.final)
      ?.tasks.find((t) => t.task === 'diagnosis');
    const columns = final?.columns ?? [];
    expect(columns.length).toBeGreaterThan(0);
    const right = columns.reduce((sum, { items, score: own }) => sum + items * own.value, 0);
    expect(right / columns.reduce((sum, { items }) => sum + items, 0)).toBeCloseTo(score?.accuracy ?? Number.NaN, 10);
    expect(columns.every(({ score: own }) => own.low < own.high)).toBe(true);
    expect(report.sets.filter(({ task }) => task === 'diagnosis').map(({ label }) => label)).toEqual(
      report.evaluations.map(({ label }) => label),
    );
    const base = report.sets.find(({ label, task }) => task === 'diagnosis' && label === 'base');
    expect(base?.paper[0]?.model).toBe('Qwen2.5-VL-7B-Instruct');
    expect(base?.paper.filter(({ column }) => column === 'average')).toHaveLength(1);
    const reasons = final?.paper[0]?.notComparable.join('; ');
    for (const reason of ['the pictures are drawings', 'model: the base is', 'training: 60 steps']) {
      expect(reasons).toContain(reason);
    }
  });

  it('lets the thread turn between any two intervals', async () => {
    let turns = 0;
    await buildReport(sampleSources(), async () => void turns++);
    const standings = report.baselines.flatMap(({ textOnly }) => [textOnly, ...(textOnly?.sets ?? [])]);
    const numbers = standings.reduce((sum, each) => sum + (each?.models.length ?? 0), report.comparisons.length);
    expect(turns).toBe(numbers + standings.length + report.sets.length);
  });

  it('joins the stretches to one curve per stage', () => {
    expect(report.training.sft.map(({ step }) => step)).toEqual(Array.from({ length: 48 }, (_, i) => i + 1));
    expect(report.training.grpo).toHaveLength(60);
  });

  it('counts each case once, the most frequent diagnosis first', () => {
    const { diagnoses, cases } = report.data;
    const sizes = diagnoses.map(({ train, validation, test }) => train + validation + test);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect(diagnoses.reduce((sum, { test }) => sum + test, 0)).toBe(cases.test);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(160);
    expect(diagnoses.find(({ diagnosis }) => diagnosis === 'melanoma')?.malignancy).toBe('malignant');
  });

  it('counts each case once by its modality, and leaves out what does not occur', () => {
    const { modalities, cases } = report.data;
    expect(modalities.reduce((sum, { train }) => sum + train, 0)).toBe(cases.train);
    expect(modalities.map(({ modality }) => modality)).not.toContain('clinical');
  });

  it('refuses a run in which no model saw its images', async () => {
    const sources = sampleSources();
    const summaries = sources.summaries.filter(({ image }) => image === 'grey');
    await expect(buildReport({ ...sources, summaries })).rejects.toThrow(RangeError);
  });
});

describe('baselinesOf', () => {
  it('guesses among the options that were offered, and counts patients', () => {
    const two = melanomaQuestion({ id: 'two', group: 'p1', options: melanomaQuestion().options.slice(0, 2) });
    const four = [1, 2].map((i) => melanomaQuestion({ id: `four-${i}`, group: 'p2' }));
    const asked = [two, ...four];
    const items = asked.map((question) => judgeOutput(question, ''));
    expect(baselinesOf(items, new Map(asked.map((question) => [question.id, question])))).toEqual([
      {
        task: 'diagnosis',
        items: 3,
        groups: 2,
        chance: (1 / 2 + 1 / 4 + 1 / 4) / 3,
        majority: { label: 'melanoma', accuracy: 1 },
      },
    ]);
  });
});
