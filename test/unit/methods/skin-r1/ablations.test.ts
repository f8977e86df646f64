import { describe, expect, it } from 'vitest';
import { ablationsPage } from '../../../../activities/reporting/skin-r1/ablations.ts';
import { overSeeds } from '../../../../domain/ablations/over-seeds.ts';
import type { ScoredItem } from '../../../../domain/evaluation/scored.ts';
import { buildAblations, type ItemsOf } from '../../../../domain/methods/skin-r1/ablation/ablations.ts';
import { ablationsMarkdown } from '../../../../domain/methods/skin-r1/ablation/markdown.ts';
import type { AblatedRun } from '../../../../domain/methods/skin-r1/ablation/table.ts';
import { sampleReport } from '../../../support/report.ts';

/** A hundred patients, of whom so many are right. */
const items = (right: number): ScoredItem[] =>
  Array.from({ length: 100 }, (_, i) => {
    const reading = { letter: null, predicted: null, correct: i < right, score: Number(i < right) };
    return {
      ...{ id: `q${i}`, caseId: `q${i}`, group: `q${i}`, source: 's', attributes: {}, output: '', expected: 'nevus' },
      ...{ strict: reading, lenient: reading, unreadable: null, conditionCorrect: null },
    };
  });

const run = (seed: number, reward: AblatedRun['reward']): AblatedRun => ({
  ...{ run: `demo-${reward}-${seed}`, seed, reward },
  report: sampleReport(),
});
const right: Record<string, number> = { base: 20, sft: 50, 'rl-only-60': 30, 'grpo-60': 90 };
const itemsOf: ItemsOf = async ({ reward }, label) => items(reward === 'flat' ? 60 : (right[label] ?? 0));
const one = await buildAblations('demo', [run(1, 'own'), run(1, 'flat')], itemsOf);

describe('a number over seeds', () => {
  it('of one is its own, with the interval by patients', () =>
    expect(overSeeds([{ value: 0.5, low: 0.4, high: 0.6 }])).toEqual({ value: 0.5, low: 0.4, high: 0.6 }));

  it("of three is their mean, with Student's interval", () => {
    const [a, b, c] = [0.5, 0.6, 0.7].map((value) => ({ value, low: null, high: null }));
    // t(0.975, 2) = 4.302653, standard deviation 0.1
    const reach = (4.302653 * 0.1) / Math.sqrt(3);
    const found = overSeeds([a ?? null, b ?? null, c ?? null]);
    expect(found?.value).toBeCloseTo(0.6, 12);
    expect(found?.low).toBeCloseTo(0.6 - reach, 6);
    expect(found?.high).toBeCloseTo(0.6 + reach, 6);
  });

  it('is none where one lacks it', () => expect(overSeeds([{ value: 1, low: 1, high: 1 }, null])).toBeNull());
});

describe('the table of ablations', () => {
  it('has base, RL without SFT, SFT, every milestone and the flat reward, on every task', () => {
    const titles = one.rows.filter(({ task, measure }) => task === 'diagnosis' && measure === 'accuracy');
    expect(titles.map(({ title }) => title)).toEqual([
      'Base model',
      'RL without SFT, step 60',
      'SFT',
      ...[20, 40, 60].map((step) => `SFT + GRPO, step ${step}`),
      ...[20, 40, 60].map((step) => `SFT + GRPO, flat reward, step ${step}`),
    ]);
    expect(new Set(one.rows.map(({ task, measure }) => `${task} ${measure}`))).toEqual(
      new Set(['diagnosis accuracy', 'lesion-condition accuracy', 'lesion-condition macroF1']),
    );
  });

  it('has ours by the reader of the row, the difference, and why the two cannot be compared', () => {
    const of = (label: string, reward = 'own') =>
      one.rows.find((row) => row.label === label && row.reward === reward && row.task === 'diagnosis');
    const [base, sft] = [of('base'), of('sft')];
    expect(base?.paper).toMatchObject({ row: 'Qwen2.5-VL-7B-Instruct', value: 0.4367, reader: 'lenient' });
    expect(base?.paper?.difference).toBeCloseTo((base?.lenient?.value ?? 0) - 0.4367, 12);
    expect(sft?.paper).toMatchObject({ row: 'SFT', value: 0.4743, reader: 'strict' });
    expect(sft?.paper?.difference).toBeCloseTo((sft?.strict.value ?? 0) - 0.4743, 12);
    expect(sft?.notComparable.join()).toContain('the pictures are drawings');
    expect(sft?.strict.low).toBeLessThan(sft?.strict.value ?? 0);
    // The paper prints nothing of the flat reward.
    expect(of('grpo-60', 'flat')?.paper).toBeNull();
    expect(base?.grey?.value).toBeGreaterThan(0);
  });

  it('says of each claim of the paper whether it holds, at equal steps', () => {
    const [{ step, claims } = { step: null, claims: [] }] = one.claims;
    expect(step).toBe(60);
    const standing = claims.map(
      ({ benchmark, better, than, standing: own }) => `${benchmark} ${better} ${than}: ${own}`,
    );
    expect(standing).toEqual([
      'id-diagnosis sft base: shown',
      'id-diagnosis rl-only sft: the opposite is shown',
      'id-diagnosis grpo rl-only: shown',
      'ood-diagnosis grpo rl-only: not measured',
      'lesion-condition grpo rl-only: shown',
      'id-diagnosis grpo flat-reward: shown',
    ]);
  });

  it('has means over seeds, and each seed beside them', async () => {
    const [first, second] = [run(1, 'own'), run(2, 'own')];
    const task = second.report.evaluations.find(({ label }) => label === 'sft')?.tasks[0];
    const other = task?.accuracy ?? 0;
    if (task) task.accuracy = other - 0.1;
    const two = await buildAblations('demo', [first, run(1, 'flat'), second, run(2, 'flat')], itemsOf);
    const sft = two.rows.find((row) => row.label === 'sft' && row.measure === 'accuracy');
    expect(sft?.strict.value).toBeCloseTo(other - 0.05, 12);
    expect(sft?.seeds.map(({ seed, strict }) => [seed, strict.value])).toEqual([
      [1, other],
      [2, expect.closeTo(other - 0.1, 12)],
    ]);
    expect(two.claims.map(({ seed }) => seed)).toEqual([1, 2]);
    expect(ablationsMarkdown(two)).toContain('Means of 2 seeds');
  });

  it('stands in Markdown and on the page, with the curves of reward and accuracy', async () => {
    const markdown = ablationsMarkdown(one);
    for (const { title } of one.rows) expect(markdown).toContain(`| ${title} |`);
    expect(markdown).toMatch(/\| H1: SFT \+ GRPO above RL without SFT \| id-diagnosis \| shown \| .*\| 1 \| 60 \|/);
    const page = await ablationsPage(one);
    for (const { title } of one.rows) expect(page).toContain(title);
    expect(page).not.toContain('<script');
    const figures = [...page.matchAll(/<figure id="([^"]+)"/g)].map(([, id]) => id);
    expect(figures).toEqual(['reward', 'accuracy-diagnosis', 'accuracy-lesion-condition']);
    for (const curve of ['GRPO after SFT', 'RL without SFT', 'flat reward']) expect(page).toContain(`>${curve}<`);
  });

  it('has no page that leaves out a model without a word', async () => {
    const [row] = one.rows;
    if (!row) throw new Error('no row');
    for (const [label, words] of [
      ['dermcot', 'models of "DermCoT, without a teacher" belong to no curve'],
      ['mine', 'no stage makes mine'],
    ])
      await expect(ablationsPage({ ...one, rows: [{ ...row, label: label ?? '' }] })).rejects.toThrow(words);
  });

  it('has the reward of each step, of every stage', () =>
    expect(one.rewards.map(({ lines }) => [lines.length, lines.at(-1)?.step])).toEqual([
      [60, 60],
      [60, 60],
      [60, 60],
    ]));
});
