import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isicCodes } from '../../../activities/datasets/adapters/isic/isic-codes.ts';
import { type Case, splits } from '../../../domain/cases/case.ts';
import { fitTextOnly } from '../../../domain/evaluation/text-only.ts';
import type { QuestionSettings } from '../../../domain/questions/build.ts';
import { distractorSources } from '../../../domain/questions/distractors.ts';
import { blocksLeft } from '../../../domain/questions/matched.ts';
import { type Question, questionTasks } from '../../../domain/questions/question.ts';
import { makeCase } from '../../support/cases.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';
import { assignSplits } from '../../support/preparation.ts';
import { buildQuestions } from '../../support/questions.ts';
import { needsSharedData, sharedData } from '../../support/shared-data.ts';

const { taxonomy, ddx } = shippedKnowledge;
const matchedTasks = questionTasks.filter((task) => task !== 'lesion-condition');
const settings: QuestionSettings = {
  ...{ seed: 1, granularity: 'leaf', distractors: 'matched', tasks: matchedTasks, trainingTasks: matchedTasks },
};
const build = (cases: readonly Case[], more: Partial<QuestionSettings> = {}): Question[] =>
  buildQuestions(cases, shippedKnowledge, { ...settings, ...more });
const granularities = ['leaf', 'deepest-offered', 'flat'] as const;
const rightOf = ({ options, answer }: Question): string =>
  options.find(({ letter }) => letter === answer)?.label ?? 'no option';
const labelsOf = ({ options }: Question): string[] => options.map(({ label }) => label).toSorted();

const names = taxonomy.names.filter((name) => taxonomy.malignancy(name) !== null);
const melanocytic = names.filter((name) => taxonomy.path(name).includes('melanocytic lesion'));

/** Few diagnoses of many, so that there are frequent and rare ones, relatives and strangers. */
const anyCases = fc
  .uniqueArray(fc.oneof(fc.constantFrom(...names), fc.constantFrom(...melanocytic)), { minLength: 2, maxLength: 12 })
  .chain((diagnoses) =>
    fc.uniqueArray(
      fc.record({
        id: fc.uuid(),
        diagnosis: fc.constantFrom(...diagnoses),
        source: fc.constantFrom('one', 'two'),
        split: fc.constantFrom(...splits),
      }),
      { minLength: 2, maxLength: 80, selector: (c) => c.id },
    ),
  )
  .map((drawn) => drawn.map((c) => makeCase(c.id, c.diagnosis, c)));

describe('matched questions', () => {
  it('give nothing away: of equal options each is right as often as another, in each set, split and task', () => {
    fc.assert(
      fc.property(anyCases, fc.nat(), (cases, seed) => {
        const splitOf = new Map(cases.map((c) => [c.id, c.split]));
        const alike = Map.groupBy(build(cases, { seed }), (q) =>
          [q.task, q.source, splitOf.get(q.caseId), ...labelsOf(q)].join('\n'),
        );
        for (const questions of alike.values()) {
          const [first] = questions;
          const counts = first?.options.map(({ label }) => questions.filter((q) => rightOf(q) === label).length);
          expect(new Set(counts)).toEqual(new Set([questions.length / (first?.options.length ?? 0)]));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('have one best option, no wrong one that may be true, and the values that the recipe asks for', () => {
    fc.assert(
      fc.property(anyCases, fc.nat(), fc.constantFrom(...granularities), (cases, seed, granularity) => {
        for (const question of build(cases, { seed, granularity })) {
          const { options, diagnosis, task } = question;
          const path = taxonomy.path(diagnosis);
          expect(new Set(labelsOf(question)).size).toBe(options.length);
          expect(options.length).toBeLessThanOrEqual(task === 'hierarchical' ? 26 : 4);
          const best = Math.max(...options.map(({ value }) => value));
          expect(options.filter(({ value }) => value === best).map(({ letter }) => letter)).toEqual([question.answer]);
          expect(rightOf(question)).toBe(path.findLast((label) => labelsOf(question).includes(label)));
          for (const { label, value } of options) {
            const depth = path.indexOf(label) + 1;
            const rule = task === 'diagnosis' ? granularity : 'leaf';
            const scale = rule === 'leaf' ? path.length : path.indexOf(rightOf(question)) + 1;
            const earns = rule !== 'flat' || label === rightOf(question);
            expect(value).toBeCloseTo(earns ? (0.75 * depth) / scale : 0);
            expect([label, depth > 0 || !taxonomy.overlap(label, diagnosis)]).toEqual([label, true]);
            expect(taxonomy.isCatchAll(label)).toBe(false);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('are the same for the same seed, in any order of the cases, and others for another seed', () => {
    const six = ['melanoma', 'melanocytic nevus', 'basal cell carcinoma', 'hemangioma', 'dermatofibroma', 'psoriasis'];
    const cases = six.flatMap((d) => Array.from({ length: 9 }, (_, i) => makeCase(`${d}-${i}`, d, { split: 'test' })));
    const byId = (list: readonly Case[], seed = 1) => new Map(build(list, { seed }).map((q) => [q.id, q]));
    expect(byId(cases.toReversed())).toEqual(new Map([...byId(cases)]));
    expect(byId(cases, 2)).not.toEqual(byId(cases));
  });

  it('ask in the DDx test among neighbours of each other, and in the hierarchical one along one path', () => {
    fc.assert(
      fc.property(anyCases, (cases) => {
        for (const { task, options } of build(cases)) {
          const labels = options.map(({ label }) => label);
          const others = (label: string): string[] => labels.filter((other) => other !== label);
          if (task === 'ddx')
            for (const a of labels) expect(ddx.neighbours(a)).toEqual(expect.arrayContaining(others(a)));
          if (task === 'hierarchical') {
            const deepest = labels.toSorted((a, b) => taxonomy.path(b).length - taxonomy.path(a).length)[0] ?? '';
            expect(taxonomy.path(deepest)).toEqual(expect.arrayContaining(labels));
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('leave out of a frequent diagnosis what the others cannot hide', () => {
    const many = (diagnosis: string, count: number) =>
      Array.from({ length: count }, (_, i) => makeCase(`${diagnosis}-${i}`, diagnosis, { split: 'test' }));
    const cases = [...many('melanocytic nevus', 100), ...many('basal cell carcinoma', 10), ...many('hemangioma', 5)];
    const asked = build([...cases, ...many('dermatofibroma', 10)], { tasks: ['diagnosis'] });
    const nevi = asked.filter((q) => q.diagnosis === 'melanocytic nevus');
    expect(asked.length - nevi.length).toBe(25); // the others are asked, all of them
    expect(nevi.length).toBeGreaterThanOrEqual(5);
    expect(nevi.length).toBeLessThanOrEqual(20);
  });

  it('counts the blocks that sizes allow as trying does', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 30 }), { maxLength: 8 }), (sizes) => {
        const fill = (blocks: number): boolean =>
          sizes.reduce((sum, size) => sum + Math.min(size, blocks), 0) >= 4 * blocks;
        const most = Array.from({ length: 100 }, (_, blocks) => blocks).findLast(fill);
        expect(blocksLeft(sizes)).toBe(most);
      }),
    );
  });
});

describe.skipIf(sharedData === null)(`matched questions on the real HAM10000${needsSharedData}`, () => {
  const rows = (): Record<string, string>[] =>
    parse(readFileSync(join(sharedData ?? '', 'ham10000/HAM10000_metadata.csv'), 'utf8'), { columns: true, bom: true });
  const all = (): Case[] =>
    rows().map(({ image_id: id = '', lesion_id: group = '', dx = '' }) =>
      makeCase(id, isicCodes[dx.toUpperCase()] ?? dx, { group, source: 'ham10000' }),
    );

  it('are answered from their text no better than by chance, where the paper’s are', { timeout: 120_000 }, async () => {
    const cases = all();
    const seeds = [1, 2, 3];
    const sums = new Map<string, number>();
    for (const seed of seeds) {
      const ratio = { train: 6, validation: 2, test: 2 };
      const dealt = await assignSplits(cases, { seed, ratio, groupBy: 'patient' });
      const splitOf = new Map(dealt.map((c) => [c.id, c.split]));
      for (const distractors of distractorSources) {
        const asked = build(dealt, { seed, distractors });
        const of = (split: string): Question[] => asked.filter((q) => splitOf.get(q.caseId) === split);
        const rule = fitTextOnly(of('train'), taxonomy);
        for (const [task, test] of Map.groupBy(of('test'), (q) => q.task)) {
          expect(test.length).toBeGreaterThan(500);
          const gain =
            test.reduce((sum, q) => sum + Number(rule(q) === q.answer) - 1 / q.options.length, 0) / test.length;
          sums.set(`${distractors} ${task}`, (sums.get(`${distractors} ${task}`) ?? 0) + gain);
        }
      }
    }
    const overChance = Object.fromEntries([...sums].map(([name, sum]) => [name, sum / seeds.length]));
    for (const task of matchedTasks) {
      expect(overChance[`matched ${task}`]).toBeLessThanOrEqual(0.05);
      expect(overChance[`set ${task}`]).toBeGreaterThan(0.4);
      expect(overChance[`set-and-shared ${task}`]).toBeGreaterThan(0.4);
    }
  });

  it('offer coarser true labels, and as often coarser labels of what is not there', () => {
    const asked = build(
      all().map((c) => ({ ...c, split: 'test' as const })),
      { tasks: ['diagnosis'] },
    );
    const offered = asked.flatMap((q) => q.options.map(({ label }) => ({ q, label })));
    const beside = offered.filter(({ q, label }) => q.options.some((other) => taxonomy.isBelow(label, other.label)));
    const shareRight = (list: typeof offered): number =>
      list.filter(({ q, label }) => rightOf(q) === label).length / list.length;
    expect(beside.length / offered.length).toBeGreaterThan(0.1);
    // Questions differ in their number of options, and coarse labels are commoner where there are many.
    expect(shareRight(beside)).toBeCloseTo(shareRight(offered), 1);
    expect(asked.filter((q) => q.options.filter(({ value }) => value > 0).length > 1).length).toBeGreaterThan(
      asked.length / 10,
    );
  });
});
