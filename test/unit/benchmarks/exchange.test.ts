/** Result files of other tools, in the forms in which their code writes them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { benchmarkNamed } from '../../../domain/benchmarks/catalogue/index.ts';
import { foreignAsScoredItems } from '../../../domain/benchmarks/exchange/foreign.ts';
import {
  parseLmmsEvalSamples,
  printLines,
  printLmmsEvalSamples,
} from '../../../domain/benchmarks/exchange/lmms-eval.ts';
import { printLmmsEvalResults } from '../../../domain/benchmarks/exchange/lmms-eval-results.ts';
import { parsePythonJson } from '../../../domain/benchmarks/exchange/python-json.ts';
import { parseQuotedTable, printQuotedTable } from '../../../domain/benchmarks/exchange/quoted-table.ts';
import { parseVlmEvalKit, printVlmEvalKit } from '../../../domain/benchmarks/exchange/vlmevalkit.ts';
import { evaluationProfile } from '../../../domain/prompts/prompts.ts';
import { melanomaQuestion } from '../../support/cases.ts';

const benchmark = benchmarkNamed('id-diagnosis');
const questions = ['one', 'two', 'three'].map((id) => melanomaQuestion({ id, group: id, source: 'ham10000' }));
const items = benchmark.items({ questions }, evaluationProfile('paper'));
const outputs = [
  '<thinking>\tdark, "blue"\n</thinking> <final diagnosis>A</final diagnosis>',
  'B: é – "quoted"\r\n',
  '',
];
const scored = items.map((item, i) => benchmark.score(item, outputs[i] ?? ''));

const whole = (pieces: Iterable<string>): string => [...pieces].join('');

describe('samples of lmms-eval', () => {
  // As `json.dumps` with `ensure_ascii=False` writes them.
  const text = [
    '{"doc_id": 0, "target": "B", "filtered_resps": ["B"], "doc_hash": "74ce", "pope_accuracy": {"question_id": "17", "score": 1.0, "prediction": "B"}, "input": "What is this?\\nA. wart\\nB. nevus"}',
    '{"doc_id": 12345678901234567, "target": "A", "resps": [["Naïve: NaN"]], "filtered_resps": [["NaN"]], "doc_hash": "8f", "exact_match": 0.0, "perplexity": NaN, "input": "Infinity?"}',
    '{"doc_id": 2, "target": "[\\"A\\"]", "filtered_resps": [""], "doc_hash": "8e", "bleu": 31.5, "input": ""}',
    '',
  ].join('\n');
  const file = parseLmmsEvalSamples(text, '20261126_samples_pope.jsonl', 'pope');

  it('are read: response, target, score; no score is not a zero', () => {
    expect(file.items).toEqual([
      { id: '0', source: 'pope', output: 'B', expected: 'B', score: 1 },
      { id: '12345678901234567', source: 'pope', output: 'NaN', expected: 'A', score: 0 },
      { id: '2', source: 'pope', output: '', expected: '["A"]', score: null },
    ]);
    expect(foreignAsScoredItems(file).map(({ id, strict }) => [id, strict.correct])).toEqual([
      ['0', true],
      ['12345678901234567', false],
    ]);
    expect(parseLmmsEvalSamples(text, 'f', 'pope', 'exact_match').items.map(({ score }) => score)).toEqual([
      null,
      0,
      null,
    ]);
  });

  it('are scored by the first metric of a line; where it failed no other takes its place', () => {
    const lines = [
      '{"doc_id": 0, "target": "a", "filtered_resps": ["a"], "llm_judge": {"score": 1}, "anls": 0.5}',
      '{"doc_id": 1, "target": "a", "filtered_resps": ["b"], "llm_judge": NaN, "anls": 0.25}',
    ].join('\n');
    const read = (metric?: string) => parseLmmsEvalSamples(lines, 'f.jsonl', 't', metric);
    expect(read().items.map(({ score }) => score)).toEqual([1, null]);
    expect(read().metrics).toEqual({ taken: ['llm_judge'], left: ['anls'] });
    expect(read('anls').items.map(({ score }) => score)).toEqual([0.5, 0.25]);
    expect(() => read('bleu')).toThrow('f.jsonl: no line has the metric "bleu"; there are llm_judge, anls');
    // As MME's, whose lines have one of two.
    const mme = ['perception', 'cognition'].map(
      (name, i) => `{"doc_id": ${i}, "target": "a", "filtered_resps": ["a"], "mme_${name}_score": {"score": ${i}}}`,
    );
    const { items: two, metrics } = parseLmmsEvalSamples(mme.join('\n'), 'f', 't');
    expect(two.map(({ score }) => score)).toEqual([0, 1]);
    expect(metrics.left).toEqual([]);
  });

  it('are written again byte for byte', () => expect(printLines(file)).toBe(text));

  it('hold all of our own, out and in', () => {
    const written = whole(printLmmsEvalSamples(items, scored, 'accuracy'));
    const read = parseLmmsEvalSamples(written, 'ours.jsonl', 'id-diagnosis');
    expect(read.scored).toEqual(scored);
    expect(read.items.map(({ output, score }) => [output, score])).toEqual(
      scored.map((s) => [s.output, s.strict.score]),
    );
    expect(printLines(read)).toBe(written);
    expect(file.scored).toBeNull();
  });

  it('that are none are refused by file and row', () => {
    expect(() => parseLmmsEvalSamples('{"doc_id": 1}', 'f.jsonl', 't')).toThrow(/f\.jsonl: row 1: target/);
    expect(() => parseLmmsEvalSamples(`${text}<html>`, 'f.jsonl', 't')).toThrow(/f\.jsonl: row 4: is not JSON/);
  });
});

describe('results of lmms-eval', () => {
  it('have the scores of our summary, a task for the benchmark and one for each column', () => {
    const summary = benchmark.summarise(scored);
    const { score, macroF1 } = summary.average.strict.weighted;
    expect(JSON.parse(printLmmsEvalResults('grpo-60', summary, 'accuracy'))).toMatchObject({
      model_name: 'grpo-60',
      results: {
        'id-diagnosis': {
          alias: 'id-diagnosis',
          'accuracy,none': score.value,
          'accuracy_stderr,none': expect.closeTo((score.high - score.low) / 3.92, 4),
          ...(macroF1 === null ? {} : { 'macro_f1,none': macroF1 }),
        },
        'id-diagnosis/ham10000': { 'accuracy,none': score.value },
      },
      group_subtasks: { 'id-diagnosis': ['id-diagnosis/ham10000'] },
      'n-samples': { 'id-diagnosis': { effective: 3 }, 'id-diagnosis/ham10000': { effective: 3 } },
    });
  });

  it('call the scores of a judge by that name, and so do samples', () => {
    const summary = benchmark.summarise(scored);
    const { results, higher_is_better } = JSON.parse(printLmmsEvalResults('grpo-60', summary, 'judge_score'));
    const { value } = summary.average.strict.weighted.score;
    expect(results['id-diagnosis']).toMatchObject({ 'judge_score,none': value });
    expect(results['id-diagnosis']).not.toHaveProperty('accuracy,none');
    expect(higher_is_better['id-diagnosis']).toHaveProperty('judge_score', true);
    const samples = whole(printLmmsEvalSamples(items, scored, 'judge_score'));
    expect(samples).not.toContain('"accuracy"');
    const { metrics, items: read } = parseLmmsEvalSamples(samples, 'ours.jsonl', 'id-diagnosis');
    expect(metrics.taken).toEqual(['judge_score']);
    expect(read.map(({ score }) => score)).toEqual(scored.map(({ strict }) => strict.score));
  });

  it('hold no items to import, which is said with the remedy', () =>
    expect(() => parseVlmEvalKit('{"results": {}}', 'r_results.json', 'set')).toThrow(
      /r_results\.json: expected a list of records; .* of lmms-eval its samples \(--log_samples, \.jsonl\)/,
    ));
});

describe('tables of VLMEvalKit', () => {
  // As pandas writes them with QUOTE_ALL.
  const text = [
    '"index"\t"question"\t"A"\t"B"\t"answer"\t"category"\t"prediction"\t"hit"\t"log"',
    '"241"\t"Which\none?"\t"say ""a"""\t"nevus"\t"B"\t"skin"\t"B.\t nevus"\t"1"\t"Prefetch succeed"',
    '"252"\t"Which?"\t"wart"\t""\t"A"\t""\t"Failed to obtain answer via API."\t"0"\t""',
    '"260"\t"Which?"\t"wart"\t"x"\t"A"\t"skin"\t"A"\t""\t""',
    '',
  ].join('\n');
  const result = parseVlmEvalKit(text, 'm_set_exact_matching_result.tsv', 'set');

  it('are read: prediction, answer, hit; no hit is not a zero', () => {
    expect(result.items).toEqual([
      { id: '241', source: 'skin', output: 'B.\t nevus', expected: 'B', score: 1 },
      { id: '252', source: 'set', output: 'Failed to obtain answer via API.', expected: 'A', score: 0 },
      { id: '260', source: 'skin', output: 'A', expected: 'A', score: null },
    ]);
    expect(foreignAsScoredItems(result)).toHaveLength(2);
  });

  it('are written again byte for byte', () => expect(whole(printQuotedTable(result.table, '\t'))).toBe(text));

  it('are read as records of JSON too', () => {
    const json = '[\n    {"index": 7, "question": "?", "answer": "A", "prediction": "A", "hit": 1, "extra": NaN}\n]';
    expect(parseVlmEvalKit(json, 'm_set.json', 'set').items).toEqual([
      { id: '7', source: 'set', output: 'A', expected: 'A', score: 1 },
    ]);
  });

  it('hold all of our own, out and in', () => {
    const written = whole(printVlmEvalKit(items, scored));
    const read = parseVlmEvalKit(written, 'ours.tsv', 'id-diagnosis');
    expect(read.scored).toEqual(scored);
    expect(read.table.columns.slice(0, 6)).toEqual(['index', 'question', 'A', 'B', 'C', 'D']);
    expect(whole(printQuotedTable(read.table, '\t'))).toBe(written);
  });

  it('are written of any number of items, row by row', () => {
    const [item, own] = [items[0], scored[0]];
    if (!item || !own) throw new RangeError('there is an item');
    const many = <T>(value: T): T[] => Array.from({ length: 200_000 }, () => value);
    const [head] = printVlmEvalKit(many(item), [own]);
    expect(head).toContain('"A"\t"B"\t"C"\t"D"\t"answer"');
    const lines = printLmmsEvalSamples([item], many(own), 'accuracy');
    expect([lines.next().value, lines.next().value].map((line) => JSON.parse(String(line)).doc_id)).toEqual([0, 1]);
  });

  it('that are none are refused', () => {
    expect(() => parseVlmEvalKit('"a"\n"1"\n', 'x.tsv', 's')).toThrow(/x\.tsv: lacks the column index/);
    expect(() => parseVlmEvalKit('PK', 'x.xls', 's')).toThrow(/neither \.xlsx, \.tsv, \.csv nor \.json/);
    expect(() => parseVlmEvalKit('"index"\t"prediction"\n"1"\n', 'x.tsv', 's')).toThrow(
      /row 1: has 1 fields, the header 2/,
    );
  });
});

describe('quoted tables', () => {
  const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', '\t', ',', '\n', '\r', ' '), maxLength: 8 });

  it('are read as they were written, whatever their fields hold', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('\t' as const, ',' as const),
        fc.array(field),
        (width, separator, fields) => {
          const rows = fields.flatMap((_, i) =>
            i % width === 0 && i + width <= fields.length ? [fields.slice(i, i + width)] : [],
          );
          const table = { columns: Array.from({ length: width }, (_, i) => `c${i}`), rows };
          const text = whole(printQuotedTable(table, separator));
          expect(parseQuotedTable(text, separator, 'f')).toEqual(table);
        },
      ),
    );
  });

  it('are read without quotes and a last line feed, with a byte-order mark and \\r\\n', () => {
    expect(parseQuotedTable('\ufeffa,b\r\n1,"2"\r\n,', ',', 'f')).toEqual({
      columns: ['a', 'b'],
      rows: [
        ['1', '2'],
        ['', ''],
      ],
    });
  });
});

describe('tables that were cut off or written by hand', () => {
  it.each([
    ['"a","b"\n"1","2', 'x.csv: row 1: field 2: its quote is not closed'],
    ['"a","b"\n"1","say "no""\n', 'x.csv: row 1: field 2: its quote is followed by text'],
    ['"a" ,"b"\n', 'x.csv: row 0: field 1: its quote is followed by text'],
  ])('%j is refused', (text, words) => expect(() => parseQuotedTable(text, ',', 'x.csv')).toThrow(words));
});

describe('JSON of Python', () => {
  it('is JSON, except for numbers that JSON does not have', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parsePythonJson(text)).toEqual(JSON.parse(text));
      }),
    );
    expect(parsePythonJson('[NaN, -Infinity, "NaN", "\\"Infinity", {"NaN": 1}]')).toEqual([
      null,
      null,
      'NaN',
      '"Infinity',
      { NaN: 1 },
    ]);
  });
});
