import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { idDiagnosis } from '../../../domain/benchmarks/catalogue/id-diagnosis.ts';
import { buildPage } from '../../../domain/pages/build.ts';
import { explorerOf, rewardOf } from '../../../domain/pages/explorer.ts';
import { cardMetadata, pageCsv, pageMarkdown } from '../../../domain/pages/exports.ts';
import type { SkinR1Recipe } from '../../../domain/recipe/methods/skin-r1.ts';
import { type DataConditions, trainingOf } from '../../../domain/report/against-paper.ts';
import { scoreCompletion } from '../../../domain/rewards/rewards.ts';
import type { Stage } from '../../../domain/stages/index.ts';
import { conditions, madeUpItems, madeUpModel, madeUpSources } from '../../support/evaluation-page.ts';
import { demoRecipe, paperRecipe } from '../../support/recipes.ts';

const items = madeUpItems(80);
const sources = madeUpSources(items);
const page = buildPage(idDiagnosis, sources, conditions);

describe('the page of evaluations', () => {
  it('has models first, then controls, then rules, whatever their order was', () => {
    const turned = buildPage(idDiagnosis, sources.toReversed(), conditions);
    expect(turned.rows.map(({ kind }) => kind)).toEqual(['model', 'model', 'no image', 'rule']);
  });

  it('compares models and controls in pairs, corrected for their number, and no rule', () => {
    expect(page.pairs.map(({ first, second }) => [first, second])).toEqual([
      ['demo@grpo-500', 'demo@grpo-1000'],
      ['demo@grpo-500', 'demo@grpo-1000-no-image'],
      ['demo@grpo-1000', 'demo@grpo-1000-no-image'],
    ]);
    for (const { test, correctedP } of page.pairs) expect(correctedP).toBeGreaterThanOrEqual(test.p);
  });

  it.each([
    ['demo@grpo-500', { run: 'demo', stage: 'grpo', step: 500 }],
    ['demo@rl-only-800', { run: 'demo', stage: 'rl-only', step: 800 }],
    ['demo-5f2a@sft', { run: 'demo-5f2a', stage: 'sft', step: null }],
    ['demo@final', { run: 'demo', stage: 'final', step: null }],
    ['demo@base', { run: 'demo', stage: 'base', step: null }],
    ['endpoint:gpt-4o', null],
    ['Labels alone', null],
  ])('reads %s', (label, expected) => expect(trainingOf(label)).toEqual(expected));

  it('stands beside the row of the paper that a model means, with the reasons why it is not the same', () => {
    const paper = page.rows[1]?.paper ?? [];
    expect(new Set(paper.map(({ model }) => model))).toEqual(new Set(['Skin-R1 (1,000 steps)']));
    expect(paper[0]?.notComparable).toContain('data: the pictures are drawings');
    const baseline = buildPage(idDiagnosis, [madeUpModel('medgemma-4b?model=x', items, 0.3)], conditions);
    expect(baseline.rows[0]?.paper.map(({ model }) => model)).toContain('MedGemma-4B');
    expect(baseline.rows[0]?.paper[0]?.notComparable.join()).toContain('extraction');
    // Neither rules nor grey pictures were published.
    expect(page.rows.slice(2).flatMap((row) => row.paper)).toEqual([]);
  });

  it('of a run’s last model stands beside the row of the stage that the run exports, or beside none', () => {
    const rowsOf = (runs: DataConditions['runs']): (string | undefined)[] =>
      buildPage(idDiagnosis, [madeUpModel('demo@final', items, 0.3)], { ...conditions, runs }).rows.map(
        ({ paper }) => paper[0]?.model,
      );
    const made = { base: 'dermflow/tiny', recipe: demoRecipe() };
    const of = (stage: Stage, step: number | null) => rowsOf({ demo: { ...made, exported: { stage, step } } });
    expect(of('grpo', null)).toEqual(['Skin-R1']);
    expect(of('grpo', 60)).toEqual(['Skin-R1']);
    expect(of('grpo', 500)).toEqual(['Skin-R1 (500 steps)']);
    expect(of('sft', 152)).toEqual(['SFT']);
    expect(of('distillation', 24)).toEqual([undefined]);
    expect(rowsOf({})).toEqual([undefined]);
  });

  it('is not the same where the run was trained otherwise than the paper says, or not to its steps', () => {
    const [model] = sources.filter(({ label }) => label === 'demo@grpo-1000');
    const ood = { generated: false, distractors: null };
    const whyNot = (label: string, recipe: SkinR1Recipe, step = 1000): string[] => {
      const exported = { stage: 'grpo', step } as const;
      const runs = { demo: { base: 'Qwen/Qwen2.5-VL-7B-Instruct', exported, recipe } };
      const own = { ...(model ?? madeUpModel(label, items, 0.3)), label };
      const { paper } = buildPage(idDiagnosis, [own], { ...ood, runs }).rows[0] ?? { paper: [] };
      expect(paper.length).toBeGreaterThan(0);
      return [...new Set(paper.flatMap(({ notComparable }) => notComparable))].filter((why) => /^training/.test(why));
    };
    const asPublished = paperRecipe();
    for (const label of ['demo@sft', 'demo@rl-only-800', 'demo@grpo-1000', 'demo@final'])
      expect(whyNot(label, asPublished)).toEqual([]);
    expect(whyNot('demo@final', asPublished, 700)).toEqual([
      "training: 700 steps, the paper's have 500, 1,000 or 1,500",
    ]);
    const flat = { ...asPublished, rewards: { ...asPublished.rewards, granularity: 'flat' as const } };
    const unlike = "training: rewards.granularity is flat, the paper's by level";
    expect(whyNot('demo@grpo-1000', flat)).toEqual([unlike]);
    expect(whyNot('demo@final', flat)).toEqual([unlike]);
    expect(whyNot('demo@rl-only-800', flat)).toEqual([unlike]);
    expect(whyNot('demo@sft', flat)).toEqual([]);
    const short = { ...asPublished, sft: { ...asPublished.sft, epochs: 1 } };
    const epochs = "training: sft.epochs is 1, the paper's 4";
    expect([whyNot('demo@sft', short), whyNot('demo@grpo-1000', short)]).toEqual([[epochs], [epochs]]);
    expect(whyNot('demo@rl-only-800', short)).toEqual([]);
    const whole = { ...asPublished, lora: null, full: ['language' as const] };
    expect(whyNot('demo@sft', whole)).toEqual(["training: lora is null, the paper's rank 64, alpha 32, dropout 0.1"]);
    const begun = { ...asPublished, model: { ...asPublished.model, adapter: '/models/mine' } };
    expect(whyNot('demo@sft', begun)).toEqual(["training: model.adapter is given, the paper's none"]);
  });

  it('breaks down by skin tone, with the gap', () => {
    expect(page.rows[0]?.attributes.map(({ attribute }) => attribute)).toEqual(['skin tone']);
    expect(page.rows[0]?.attributes[0]?.groups).toHaveLength(3);
  });
});

describe('the numbers for other programs', () => {
  it('are a row each in the CSV: by model, reader and set', () => {
    const rows: Record<string, string>[] = parse(pageCsv(page), { columns: true });
    const found = rows.find(
      (row) =>
        row.model === 'demo@grpo-500' &&
        row.reader === 'lenient' &&
        row.column === 'derm7pt' &&
        row.measure === 'score',
    );
    const column = page.rows[0]?.summary.columns.find(({ name }) => name === 'derm7pt');
    expect(Number(found?.value)).toBe(column?.lenient.score.value);
    expect(Number(found?.low)).toBe(column?.lenient.score.low);
    expect(rows.filter(({ kind }) => kind === 'published').length).toBeGreaterThan(50);
    const [reason] = rows.filter(({ kind }) => kind === 'published').map(({ notComparable }) => notComparable);
    expect(reason).toContain('drawings');
  });

  it('are tables in Markdown, in which no name breaks a row', () => {
    const text = pageMarkdown(buildPage(idDiagnosis, [madeUpModel('a|b\nc', items, 0.3)], conditions));
    expect(text).toContain('| a\\|b c | model |');
    expect(pageMarkdown(page)).toContain('| demo@grpo-500 → demo@grpo-1000 |');
  });

  it('are the metadata of a model card, a result for each set and one for all', () => {
    const [row] = page.rows;
    if (!row) throw new RangeError('there is a model');
    const { 'model-index': index } = parseYaml(cardMetadata(page, row).split('---\n')[1] ?? '');
    expect(index[0].results).toHaveLength(5);
    expect(index[0].results[4].metrics[0]).toEqual({
      ...{ type: 'accuracy', name: 'Accuracy (strict reader)' },
      value: Number(row.summary.average.strict.weighted.score.value.toFixed(4)),
    });
  });
});

describe('the items of the explorer', () => {
  it('are columns that give back every item and answer', () => {
    const { data, images } = explorerOf(sources, new Map(items.map((item) => [item.id, item])));
    for (const [i, item] of items.entries()) {
      expect(data.ids[i]).toBe(item.id);
      expect(data.sets[data.set[i] ?? -1]).toBe(item.source);
      expect(images[data.picture[i] ?? -1]).toEqual(item.image);
      expect(data.optionLists[data.options[i] ?? -1]).toEqual(item.options.map(({ letter, label }) => [letter, label]));
      for (const [m, source] of sources.entries()) {
        const [scored, model] = [source.items[i], data.models[m]];
        expect(data.outputs[model?.output[i] ?? -1]).toBe(scored?.output);
        expect(data.labels[model?.strict.predicted[i] ?? -1] ?? null).toBe(scored?.strict.predicted);
        expect(data.forms[model?.form[i] ?? -1] ?? null).toBe(scored?.unreadable);
      }
    }
  });

  it('knows which model was not asked what another was, and has items without pictures', () => {
    const some = madeUpModel('some', items.slice(0, 3), 0.5);
    const more = madeUpModel('more', items.slice(2, 6), 0.5);
    const { data, images } = explorerOf([some, more], new Map());
    expect(data.ids).toEqual(items.slice(0, 6).map(({ id }) => id));
    expect(data.models[0]?.output.map((place) => place >= 0)).toEqual([true, true, true, false, false, false]);
    expect(data.models[1]?.output.map((place) => place >= 0)).toEqual([false, false, true, true, true, true]);
    expect(images).toEqual([]);
  });

  it('gives the reward that training would', () => {
    for (const output of [
      '<thinking>seen</thinking> <final diagnosis>A</final diagnosis>',
      '<thinking>seen</thinking> <final diagnosis>B, malignant</final diagnosis>',
      '<final diagnosis>A; malignant</final diagnosis>',
      'A',
      '',
    ]) {
      const [item] = items;
      if (!item || item.malignancy === null) throw new RangeError('there is an item');
      const { options, malignancy } = item;
      const settings = { format: true, malignancy: true, granularity: 'leaf', thinkingRequired: false } as const;
      expect(rewardOf(idDiagnosis.score(item, output), item)).toEqual(
        scoreCompletion(output, { task: 'diagnosis', options, malignancy }, settings),
      );
    }
  });
});
