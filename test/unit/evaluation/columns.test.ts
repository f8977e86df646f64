/** Scores of items that are kept in columns, numbers for their groups and ids, are those of the items themselves. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createItemTally, summariseTally } from '../../../activities/answers/item-tally.ts';
import { summariseChoices } from '../../../domain/benchmarks/summaries/summarise.ts';
import { judgeOutput } from '../../../domain/evaluation/item.ts';
import { comparePaired } from '../../../domain/evaluation/paired.ts';
import { scoredItemSchema } from '../../../domain/evaluation/scored.ts';
import { macroF1, macroF1Interval } from '../../../domain/evaluation/statistics/macro-f1.ts';
import { summariseItems } from '../../../domain/evaluation/summary.ts';
import { questionTasks } from '../../../domain/questions/question.ts';
import { mapped } from '../../../domain/rows/views.ts';
import { melanomaQuestion } from '../../support/cases.ts';
import { temporaryFolder } from '../../support/datasets.ts';

const outputs = [
  '<thinking>x</thinking> <final diagnosis>A</final diagnosis>',
  '<thinking>x</thinking> <final diagnosis>B</final diagnosis>',
  '<final diagnosis>A</final diagnosis>',
  'The answer is B',
  'nothing',
  '',
];
const drawn = fc.array(
  fc.record({
    group: fc.constantFrom('patient/1', 'patient/2', 'a\u0000', 'a', '\ud800', '\udbff', 'patient/3'),
    output: fc.constantFrom(...outputs),
    answer: fc.constantFrom(...melanomaQuestion().options.map(({ letter }) => letter)),
    task: fc.constantFrom(...questionTasks),
    source: fc.constantFrom('ham10000', 'pad-ufes-20'),
  }),
  { minLength: 1, maxLength: 60 },
);

describe('items in columns', () => {
  it('have the summary of the items', async () => {
    const folder = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(drawn, async (list) => {
        const items = list.map(({ output, ...rest }, i) =>
          judgeOutput({ ...melanomaQuestion(), ...rest, id: `q${i}` }, output),
        );
        using tally = createItemTally(folder);
        for (const item of items) tally.add(item);
        expect(await summariseTally(tally)).toEqual(summariseItems(items));
      }),
      { numRuns: 40 },
    );
  });

  it('are compared, and summed up by set, as the items are', () => {
    fc.assert(
      fc.property(drawn, (list) => {
        const groups = [...new Set(list.map(({ group }) => group))];
        const numbered = list.map((item, i) => ({ ...item, id: i, group: groups.indexOf(item.group) }));
        const isRight = (output: string, first: boolean): boolean => output.includes('A') === first;
        const outcomes = (items: readonly { id: string | number; group: string | number; output: string }[]) => [
          items.map(({ id, group, output }) => ({ id, group, correct: isRight(output, true) })),
          items.map(({ id, group, output }) => ({ id, group, correct: isRight(output, false) })).toReversed(),
        ];
        const named = list.map((item, i) => ({ ...item, id: `q${i}` }));
        const [[a = [], b = []], [c = [], d = []]] = [outcomes(named), outcomes(numbered)];
        expect(
          comparePaired(
            mapped(c, (each) => each),
            mapped(d, (each) => each),
          ),
        ).toEqual(comparePaired(a, b));
        const scored = named.map(({ output, group, source, task }, i) => {
          const reading = { letter: null, predicted: output || null, correct: i % 2 === 0, score: Number(i % 2 === 0) };
          return scoredItemSchema.parse({
            ...{ id: `q${i}`, caseId: '', group, source, attributes: {}, output, expected: task },
            ...{ strict: reading, lenient: reading, unreadable: null, conditionCorrect: null },
          });
        });
        const rows = scored.map((item, i) => ({ ...item, group: numbered[i]?.group ?? 0 }));
        expect(
          summariseChoices(
            'some',
            mapped(rows, (row) => row),
          ),
        ).toEqual(summariseChoices('some', scored));
      }),
      { numRuns: 40 },
    );
  });

  it('are summed up for each set and reader by themselves', () => {
    const reading = fc.record({ predicted: fc.option(fc.constantFrom('a', 'b')), score: fc.constantFrom(0, 0.25, 1) });
    const row = fc.record({
      group: fc.nat(3),
      source: fc.constantFrom('ham10000', 'pad-ufes-20'),
      expected: fc.constantFrom('a', 'b'),
      strict: reading,
      lenient: reading,
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), (rows) => {
        const whole = { attributes: {}, unreadable: null };
        const found = { letter: null, correct: false };
        const summary = summariseChoices(
          'some',
          rows.map(({ strict, lenient, ...rest }) => {
            return { ...rest, ...whole, strict: { ...strict, ...found }, lenient: { ...lenient, ...found } };
          }),
        );
        for (const name of [undefined, 'ham10000', 'pad-ufes-20']) {
          const own = rows.filter(({ source }) => name === undefined || source === name);
          const column = summary.columns.find((each) => each.name === name);
          if (own.length === 0) expect(column).toBeUndefined();
          for (const reader of own.length === 0 ? [] : (['strict', 'lenient'] as const)) {
            const mean = own.reduce((sum, each) => sum + each[reader].score, 0) / own.length;
            const told = name === undefined ? summary.average[reader].weighted : column?.[reader];
            const unread = own.filter((each) => each[reader].predicted === null).length / own.length;
            const pairs = own.map(({ expected, ...each }) => ({ expected, predicted: each[reader].predicted }));
            expect(told?.score.value).toBeCloseTo(mean, 12);
            expect((name === undefined ? summary.average[reader] : column?.[reader])?.unread).toBe(unread);
            if (column) expect(column[reader].macroF1?.value).toBeCloseTo(macroF1(pairs), 12);
          }
          const groups = new Set(own.map(({ group }) => group)).size;
          const { items, groups: told } = name === undefined ? summary : (column ?? { items: 0, groups: 0 });
          expect([items, told]).toEqual([own.length, groups]);
        }
        expect(summary.classes?.counts.flat().reduce((sum, n) => sum + n, 0)).toBe(
          rows.filter(({ strict }) => strict.predicted !== null).length,
        );
      }),
      { numRuns: 60 },
    );
  });

  it('have the macro-F1 of the counts without each group in turn', () => {
    const label = fc.constantFrom('a', 'b', 'c', 'd');
    const prediction = fc.record({ group: fc.nat(5), expected: label, predicted: fc.option(label) });
    const plain = (list: readonly { expected: string; predicted: string | null }[]): number => {
      const f1 = [...new Set(list.map(({ expected }) => expected))].map((name) => {
        const hits = list.filter((p) => p.expected === name && p.predicted === name).length;
        const [all, said] = [
          list.filter((p) => p.expected === name).length,
          list.filter((p) => p.predicted === name).length,
        ];
        return (2 * hits) / (all + said);
      });
      return f1.length === 0 ? 0 : f1.reduce((sum, value) => sum + value, 0) / f1.length;
    };
    fc.assert(
      fc.property(fc.array(prediction, { minLength: 2, maxLength: 40 }), (list) => {
        const { value, standardError } = macroF1Interval(list);
        expect(value).toBeCloseTo(plain(list), 12);
        const groups = [...new Set(list.map(({ group }) => group))];
        if (groups.length < 2) return;
        const without = groups.map((own) => plain(list.filter(({ group }) => group !== own)));
        const mean = without.reduce((sum, each) => sum + each, 0) / groups.length;
        const squares = without.reduce((sum, each) => sum + (each - mean) ** 2, 0);
        expect(standardError).toBeCloseTo(Math.sqrt(((groups.length - 1) / groups.length) * squares), 12);
      }),
    );
  });
});
