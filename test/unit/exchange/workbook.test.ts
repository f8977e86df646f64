/**
 * Workbooks of VLMEvalKit. `vlmevalkit.xlsx` was written as its `dump` writes them: pandas 2's `to_excel` with xlsxwriter
 * 3.2.9, which takes a text that begins with `=` for a formula.
 */
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { writeXlsx } from 'hucre/xlsx';
import { describe, expect, it } from 'vitest';
import { readWorkbook, writeWorkbook } from '../../../activities/exchange/workbook.ts';
import { benchmarkNamed } from '../../../domain/benchmarks/catalogue/index.ts';
import { columnName, type Sheet } from '../../../domain/benchmarks/exchange/sheet.ts';
import { parseVlmEvalKitSheet, vlmEvalKitSheet } from '../../../domain/benchmarks/exchange/vlmevalkit.ts';
import { evaluationProfile } from '../../../domain/prompts/prompts.ts';
import { melanomaQuestion } from '../../support/cases.ts';

const fixture = new URL('../../support/vlmevalkit.xlsx', import.meta.url);
const again = async (sheet: Sheet): Promise<Sheet> => readWorkbook(await writeWorkbook(sheet, 'f.xlsx'), 'f.xlsx');
const book = (...sheets: { name: string; rows: (string | number | null)[][] }[]): Promise<Uint8Array> =>
  writeXlsx({ sheets });

describe('a workbook of VLMEvalKit', () => {
  it('is read: prediction, answer, hit; no hit is not a zero, and a formula is the text that it was', async () => {
    const { items, scored } = parseVlmEvalKitSheet(
      await readWorkbook(await readFile(fixture), 'm.xlsx'),
      'm.xlsx',
      'set',
    );
    expect(items).toEqual([
      { id: '241', source: 'skin', output: 'B.\t nevus\r\n', expected: 'B', score: 1 },
      { id: '252', source: 'set', output: ' Failed to obtain answer via API. ', expected: 'A', score: 0 },
      { id: '260', source: 'skin', output: '_x000D_ é😀', expected: 'A', score: null },
      { id: '261', source: 'skin', output: '=A is right', expected: 'A', score: 1 },
    ]);
    expect(scored).toBeNull();
  });

  it('is written again with every cell as it was, and its type', async () => {
    const sheet = await readWorkbook(await readFile(fixture), 'm.xlsx');
    expect(sheet.rows[0]?.map((cell) => typeof cell)).toEqual(
      'number string string string string string number string'.split(' '),
    );
    expect(await again(sheet)).toEqual(sheet);
  });

  it('holds all of our own, out and in', async () => {
    const benchmark = benchmarkNamed('id-diagnosis');
    const questions = ['one', 'two'].map((id) => melanomaQuestion({ id, group: id, source: 'ham10000' }));
    const items = benchmark.items({ questions }, evaluationProfile('paper'));
    const outputs = [
      '<thinking>\tdark\r\n</thinking> <final diagnosis>A</final diagnosis>',
      '=HYPERLINK("http://x","A")',
    ];
    const scored = items.map((item, i) => benchmark.score(item, outputs[i] ?? ''));
    const read = parseVlmEvalKitSheet(await again(vlmEvalKitSheet(items, scored)), 'ours.xlsx', 'id-diagnosis');
    expect(read.scored).toEqual(scored);
    expect(read.items.map(({ output, score }) => [output, score])).toEqual(
      scored.map((s) => [s.output, s.strict.score]),
    );
  });
});

describe('cells', () => {
  const unit = fc.constantFrom(...'=+-@|\t\r\n "\'<>&_x0Dé😀\u0000\u0008\u2028'.split(''), '_x000D_', '_x005F_');
  const text = fc.string({ unit, maxLength: 12 }).filter((value) => value.isWellFormed());
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
  const cell = fc.oneof(text, number, fc.boolean(), fc.constant(null), fc.integer());

  it('are read as they were written, whatever they hold, and none becomes a formula', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 6 }), async (rows) => {
        const sheet: Sheet = { name: 'Sheet1', columns: ['index', 'prediction', 'log'], rows };
        const found = await again(sheet);
        // Rows of empty cells at the end leave no trace.
        const last = rows.findLastIndex((row) => row.some((each) => each !== null));
        expect(found).toEqual({ ...sheet, rows: rows.slice(0, last + 1) });
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    [
      'x'.repeat(32_768),
      /f\.xlsx: sheet Sheet1: row 3: column B \(prediction\): has 32768 characters, .* write \.tsv instead$/,
    ],
    ['\uFFFE', /row 3: column B \(prediction\): holds a character that no workbook can hold; write \.tsv instead$/],
    ['a\uD800', /row 3: column B \(prediction\): holds a character/],
    [Number.NaN, /row 3: column B \(prediction\): NaN is not a number/],
  ])('that no workbook can hold are refused by their place', async (wrong, words) => {
    const sheet: Sheet = {
      name: 'Sheet1',
      columns: ['index', 'prediction'],
      rows: [
        [1, 'A'],
        [2, wrong],
      ],
    };
    await expect(writeWorkbook(sheet, 'f.xlsx')).rejects.toThrow(words);
  });
});

describe('what is no workbook of predictions', () => {
  it.each([
    [
      'a text',
      Promise.resolve(new TextEncoder().encode('index\tprediction\n')),
      /^f\.xlsx: is not a workbook that can be read \(.*PRED_FORMAT=tsv$/,
    ],
    ['half a workbook', readFile(fixture).then((bytes) => bytes.subarray(0, 3000)), /^f\.xlsx: is not a workbook/],
    ['no cells', book({ name: 'Sheet1', rows: [] }), /^f\.xlsx: its sheets are empty/],
    ['two sheets', book({ name: 'a', rows: [['x']] }, { name: 'b', rows: [['y']] }), /^f\.xlsx: has 2 sheets \(a, b\)/],
    [
      'a column without a name',
      book({
        name: 's',
        rows: [
          ['index', null],
          [1, 'A'],
        ],
      }),
      /^f\.xlsx: sheet s: row 1: column B: has no name/,
    ],
    ['a number for a name', book({ name: 's', rows: [['index', 7]] }), /sheet s: row 1: column B: has no name/],
    ['a name twice', book({ name: 's', rows: [['index', 'index']] }), /sheet s: row 1: column B: index stands twice/],
  ])('is refused in a line: %s', async (_, bytes, words) => {
    const refused = await readWorkbook(await bytes, 'f.xlsx').catch((error: Error) => error.message);
    expect(refused).toMatch(words);
    expect(refused).not.toContain('\n');
  });

  it('is a table that lacks a column', async () => {
    const sheet = await readWorkbook(await book({ name: 's', rows: [['index'], [1]] }), 'f.xlsx');
    expect(() => parseVlmEvalKitSheet(sheet, 'f.xlsx', 't')).toThrow(
      /^f\.xlsx: sheet s: lacks the column prediction; give/,
    );
  });
});

it('columns have the names of Excel', () => {
  expect([0, 25, 26, 701, 702].map(columnName)).toEqual(['A', 'Z', 'AA', 'ZZ', 'AAA']);
});
