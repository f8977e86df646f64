import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupLineage } from '../../../domain/report/lineage-graph.ts';
import { lineageOf, type Made, sampleReport } from '../../support/report.ts';

describe('groupLineage', () => {
  it('makes one node of each method, below what it was made from', () => {
    const nodes = groupLineage(sampleReport().lineage);
    const methods = nodes.map(({ method }) => method);
    expect(nodes.map(({ method, count, level, from }) => [method, count, level, from.map((i) => methods[i])])).toEqual([
      ['import/1', 1, 0, []],
      ['split/1', 1, 1, ['import/1']],
      ['questions/1', 1, 2, ['split/1']],
      ['trajectories/1', 1, 1, ['import/1']],
      ['sft/1', 2, 2, ['trajectories/1']],
      ['grpo/1', 1, 3, ['questions/1', 'sft/1']],
      ['evaluate/1', 1, 4, ['questions/1', 'grpo/1']],
      ['adapter/1', 1, 4, ['grpo/1']],
    ]);
  });

  it('has a level for each node even where two methods feed each other', () => {
    const made = (name: string, method: string, from: string[]): Made => ({ name, kind: 'checkpoint', method, from });
    const nodes = groupLineage(lineageOf([made('a', 'x', []), made('b', 'y', ['a']), made('c', 'x', ['b', 'a'])]));
    expect(nodes.map(({ method, count }) => [method, count])).toEqual([
      ['x', 2],
      ['y', 1],
    ]);
    expect(nodes.every(({ level }) => Number.isInteger(level))).toBe(true);
  });

  it('counts every artifact once and puts nodes below their inputs', () => {
    const methods = ['m0', 'm1', 'm2', 'm3', 'm4'];
    const lineage = fc
      .array(fc.tuple(fc.nat(4), fc.array(fc.nat(19), { maxLength: 3 })), { maxLength: 20 })
      .map((rows) =>
        lineageOf(
          rows.map(([m, inputs], i): Made => {
            // Only from methods before its own, as in a run.
            const from = inputs.filter((j) => j < i && (rows[j]?.[0] ?? 9) < m).map((j) => `artifact-${j}`);
            return { name: `artifact-${i}`, kind: 'metrics', method: methods[m] ?? '', from };
          }),
        ),
      );
    fc.assert(
      fc.property(lineage, (entries) => {
        const nodes = groupLineage(entries);
        expect(nodes.reduce((sum, { count }) => sum + count, 0)).toBe(entries.length);
        for (const { from, level } of nodes) {
          for (const input of from) expect(nodes[input]?.level).toBeLessThan(level);
        }
      }),
    );
  });
});
