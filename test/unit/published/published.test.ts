import { describe, expect, it } from 'vitest';
import { benchmarks } from '../../../domain/benchmarks/catalogue/index.ts';
import { ownNumbers } from '../../../domain/benchmarks/summaries/own-numbers.ts';
import { weightedMean } from '../../../domain/benchmarks/summaries/summarise.ts';
import { againstRow, type Conditions, type OwnNumber } from '../../../domain/published/against.ts';
import { conditionTables } from '../../../domain/published/condition.ts';
import { diagnosisTables } from '../../../domain/published/diagnosis.ts';
import { headlines, relations } from '../../../domain/published/headlines.ts';
import { publishedModels } from '../../../domain/published/models.ts';
import { averageColumn, type PublishedTable } from '../../../domain/published/published.ts';

const tables: readonly PublishedTable[] = [...diagnosisTables.id, ...diagnosisTables.ood, ...conditionTables];

describe('the paper’s tables', () => {
  it('have an average that is their columns’ mean weighted by items, for accuracy and for F1', () => {
    for (const { sets, rows, source, measure } of tables) {
      for (const { model, values } of rows) {
        const own = sets.map((set) => values[set.source] ?? Number.NaN);
        const mean = weightedMean(
          own,
          sets.map(({ items }) => items),
        );
        expect(Math.abs(mean - (values[averageColumn] ?? Number.NaN)), `${source} ${measure} ${model}`).toBeLessThan(
          1.1e-4,
        );
      }
    }
  });

  it('have the paper’s sizes', () => {
    const total = (table: PublishedTable | undefined): number =>
      table?.sets.reduce((sum, { items }) => sum + items, 0) ?? 0;
    expect([total(diagnosisTables.id[0]), total(diagnosisTables.ood[0])]).toEqual([8390, 3652]);
  });

  it('give the 1,500-step row of the ablation as Skin-R1', () => {
    const valuesOf = (table: PublishedTable | undefined, model: string) =>
      table?.rows.find((row) => row.model === model)?.values;
    expect(valuesOf(diagnosisTables.id[0], 'Skin-R1')).toEqual(
      valuesOf(diagnosisTables.id[1], 'Skin-R1 (1,500 steps)'),
    );
    expect(valuesOf(conditionTables[1], 'Skin-R1')).toEqual(valuesOf(conditionTables[3], 'Skin-R1 (1,500 steps)'));
  });

  it('have a row for every named baseline, except for SkinVL on diagnosis', () => {
    expect(publishedModels).toHaveLength(11);
    for (const { name } of publishedModels) {
      expect(conditionTables[0].rows.map(({ model }) => model)).toContain(name);
      if (name !== 'SkinVL-PubMM') expect(diagnosisTables.id[0].rows.map(({ model }) => model)).toContain(name);
    }
  });

  it('back the headline numbers', () => {
    const known = benchmarks.map(({ name }) => name);
    const byBenchmark = new Map(benchmarks.map(({ name, published }) => [name, published]));
    for (const { id, numbers } of headlines) {
      for (const { benchmark, measure, value } of numbers) {
        expect(known).toContain(benchmark);
        const averages = (byBenchmark.get(benchmark) ?? [])
          .filter((table) => table.measure === measure)
          .flatMap(({ rows }) => rows.map(({ values }) => values[averageColumn]));
        expect(averages, `${id}: ${value}`).toContain(value);
      }
    }
    for (const { headline, benchmark } of relations) {
      expect([null, ...headlines.map(({ id }) => id)]).toContain(headline);
      expect(known).toContain(benchmark);
    }
  });
});

describe('againstRow', () => {
  const [table] = diagnosisTables.id;
  const asThePaper: Conditions = {
    ...{ generated: false, profile: 'paper', reader: 'strict', distractors: null, greedy: true, image: 'real' },
  };
  const number = (column: string, items: number): OwnNumber => ({
    ...{ column, measure: 'accuracy', value: 0.7, low: 0.6, high: 0.8, items },
  });

  it('gives paper, ours, difference and interval', () => {
    const [row, ...others] = againstRow(table, 'Skin-R1', [number('ham10000', 1511)], asThePaper);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ paper: 0.7214, ours: 0.7, low: 0.6, high: 0.8, notComparable: [] });
    expect(row?.difference).toBeCloseTo(-0.0214, 12);
  });

  it('says why numbers are not comparable: data, prompt, extraction, decoding', () => {
    const of = (conditions: Partial<Conditions>, items = 1511, model = 'Skin-R1') =>
      againstRow(table, model, [number('ham10000', items)], { ...asThePaper, ...conditions })[0]?.notComparable ?? [];
    expect(of({}, 900)).toEqual(['data: 900 items, the paper has 1511']);
    expect(of({ generated: true })[0]).toMatch(/^data: /);
    expect(of({ distractors: 'matched' })[0]).toMatch(/^data: options are matched/);
    expect(of({ distractors: 'set-and-shared' })[0]).toMatch(/^data: .*anew/);
    expect(of({ image: 'grey' })[0]).toMatch(/^data: grey/);
    expect(of({ profile: 'compact' })[0]).toMatch(/^prompt: /);
    expect(of({ reader: 'lenient' })[0]).toMatch(/^extraction: /);
    expect(of({ greedy: false })[0]).toMatch(/^decoding: /);
    expect(of({ profile: 'llava-med', reader: 'lenient' }, 1511, 'LLaVA-Med-7b')).toEqual([]);
    expect(of({ reader: 'lenient' }, 1511, 'InternVL3-8B')).toEqual([]);
  });

  it('holds the average against all items, and leaves out what only one of the two has', () => {
    expect(againstRow(table, 'Skin-R1', [number(averageColumn, 8390)], asThePaper)[0]?.notComparable).toEqual([]);
    expect(againstRow(table, 'Skin-R1', [number('isic-archive', 10)], asThePaper)).toEqual([]);
    expect(againstRow(table, 'GPT-4', [number('ham10000', 1511)], asThePaper)).toEqual([]);
    const f1: OwnNumber = { ...number('ham10000', 1511), measure: 'macroF1' };
    expect(againstRow(table, 'Skin-R1', [f1], asThePaper)).toEqual([]);
  });

  it('takes the numbers of a summary', () => {
    const [benchmark] = benchmarks;
    const summary = benchmark?.summarise([]);
    expect(summary && ownNumbers(summary, 'strict').map(({ column, measure }) => [column, measure])).toEqual([
      [averageColumn, 'accuracy'],
    ]);
  });
});
