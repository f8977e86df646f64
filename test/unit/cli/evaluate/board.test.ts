import { stripVTControlCharacters } from 'node:util';
import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluateBenchmark } from '../../../../activities/evaluation/evaluate-benchmark.ts';
import { scoreRules } from '../../../../activities/evaluation/score-rules.ts';
import { createRecordActivities } from '../../../../activities/run-records.ts';
import { readJsonLines } from '../../../../activities/store/rows.ts';
import { type BoardRow, labelAsked, readBoard, withoutRepeats } from '../../../../cli/evaluate/board.ts';
import { compareRows, findRow } from '../../../../cli/evaluate/compare.ts';
import { noneOn, write } from '../../../../cli/evaluate/leaderboard.ts';
import { renderCompared } from '../../../../cli/evaluate/render-compared.ts';
import { artifactFiles } from '../../../../domain/artifact-files.ts';
import type { AskingSettings, BenchmarkResult, TestedModel } from '../../../../domain/contracts/benchmarks.ts';
import { failureTypes } from '../../../../domain/failures.ts';
import type { Stage } from '../../../../domain/stages/index.ts';
import {
  answeringModel,
  benchmarkContext,
  localModel,
  requestOf,
  storeQuestions,
} from '../../../support/evaluations.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';

const tagged = (letter: string): string => `<thinking> seen </thinking> <final diagnosis> ${letter} </final diagnosis>`;
const store = createMemoryStore();
let data: { questions: Awaited<ReturnType<typeof storeQuestions>>; dataset: null };

function evaluate(
  label: string,
  answer: (place: number) => string,
  {
    benchmark = 'id-diagnosis',
    asking = {},
    tested = {},
  }: {
    benchmark?: string;
    asking?: Partial<AskingSettings>;
    tested?: Partial<TestedModel>;
  } = {},
): Promise<BenchmarkResult> {
  const model = { ...localModel({ label }), ...tested } as TestedModel; // of the same kind
  const input = { tested: model, benchmark, data, asking: { ...requestOf().asking, ...asking } };
  return evaluateBenchmark(input, answeringModel(label, answer), benchmarkContext(store));
}

let board: BoardRow[];
beforeAll(async () => {
  data = { questions: await storeQuestions(store, 20), dataset: null };
  await evaluate('weak', (place) => tagged(place < 10 ? 'A' : 'C'));
  await evaluate('strong', (place) => tagged(place < 15 ? 'A' : 'B'));
  await evaluate('untagged', () => 'It is a melanoma.', { tested: { reader: 'lenient' } });
  await evaluate('strong', () => tagged('B'), { benchmark: 'lesion-condition' });
  await evaluate('strong, no image', () => tagged('A'), { tested: { shown: 'grey' } });
  board = await readBoard(store, 'default');
});

describe('an evaluation on a benchmark', () => {
  it('keeps each item with both readings, and the numbers of the table', async () => {
    const row = findRow(board, 'weak', 'id-diagnosis');
    expect(row).toMatchObject({
      items: 20,
      groups: 10,
      strict: { score: { value: 0.5 } },
      samples: 1,
      profile: 'compact',
    });
    const items = await readJsonLines(store, row.evaluation, 'items.jsonl', artifactFiles.benchmark.items.schema);
    expect(items).toHaveLength(20);
    expect(items[0]).toMatchObject({ id: 'case-0/diagnosis', strict: { letter: 'A', correct: true } });
  });

  it('asks the first items alone where it is limited, and nobody for what was asked before', async () => {
    const first = await evaluate(
      'weak',
      () => {
        throw new Error('these were answered before');
      },
      { asking: { limit: 6 } },
    );
    expect(first).toMatchObject({ items: 6, strict: { score: { value: 1 } } });
  });

  it('keeps every sample where there are several', async () => {
    const asking = { samples: 3, decoding: { maxNewTokens: 64, temperature: 1, seed: 1 } };
    const result = await evaluate('sampled', (place) => tagged(place % 3 === 0 ? 'A' : 'C'), { asking });
    const { samples } = artifactFiles.benchmark;
    const all = await readJsonLines(store, result.evaluation, samples.name, samples.schema);
    expect(all.map(({ id, sample, strict }) => [id, sample, strict.letter]).slice(0, 4)).toEqual([
      ['case-0/diagnosis', 0, 'A'],
      ['case-0/diagnosis', 1, 'C'],
      ['case-0/diagnosis', 2, 'C'],
      ['case-1/diagnosis', 0, 'A'],
    ]);
    expect(result.strict.score.value).toBe(1);
    // One of three is right, and the two others agree.
    expect(result.sampled).toMatchObject({ answers: 3, vote: { strict: { value: 0 } } });
    expect(result.sampled?.passAt.map(({ k, strict }) => [k, strict.value])).toEqual([
      [1, expect.closeTo(1 / 3, 12)],
      [2, expect.closeTo(2 / 3, 12)],
      [3, 1],
    ]);
    const [row] = (await readBoard(store, 'default')).filter(({ label }) => label === 'sampled');
    const lines = row ? stripVTControlCharacters(write([row], 'table')).split('\n') : [];
    expect(lines.at(-2)).toMatch(/answers\s+vote\s+pass@1\s+pass@2\s+pass@3$/);
    expect(lines.at(-1)).toMatch(/sampled\s+3\s+0\.000 \(/);
    expect(write(board, 'table')).not.toContain('pass@');
  });

  it.each([
    ['nonsense', 'no benchmark "nonsense"'],
    ['ood-diagnosis', 'benchmark ood-diagnosis: the data hold no item of it; it needs'],
  ])('is refused in one line: %s', async (benchmark, words) => {
    const refused = evaluate('weak', () => '', { benchmark });
    await expect(refused).rejects.toMatchObject({
      type: failureTypes.userMistake,
      message: expect.stringContaining(words),
    });
  });
});

describe('a run of a method that this version lacks', () => {
  it('has its rows all the same, and keeps no other from the board', async () => {
    const elsewhere = createMemoryStore();
    const { recordRun } = createRecordActivities({ store: elsewhere });
    const kept = { kind: 'evaluation' as const, key: 'e', sha256: 'e'.repeat(64) };
    const scores = [
      { ...{ task: 'diagnosis' as const, items: 9, accuracy: 0.5, low: 0.4, high: 0.6 }, macroF1: 0.5, unparsed: 0 },
    ];
    const result = {
      report: kept,
      adapter: kept,
      evaluations: [{ label: 'tiny-rl-40', step: 40, evaluation: kept, scores }],
    };
    const progress = {
      ...{ recipe: 'tiny', stages: [], evaluations: [], report: null, failure: null },
      checkpoint: { stage: 'tiny-rl' as Stage, step: 40 }, // no stage of this version
    };
    const record = (run: string, recipe: { name: string }) =>
      new MockActivityEnvironment({ workflowExecution: { workflowId: run, runId: run }, namespace: 'default' }).run(
        () =>
          recordRun({
            ...{ method: 'tiny', startedAt: new Date(0).toISOString(), recipe },
            end: { state: 'COMPLETED', failure: null, result, progress },
          }),
      );
    await record('unread', { name: 'tiny' });
    await record('tiny', { ...{ name: 'tiny', method: 'tiny', prompts: 'compact' } });
    const rows = await readBoard(elsewhere, 'default');
    expect(rows.map(({ label, profile }) => [label, profile])).toEqual([['tiny@tiny-rl-40', 'compact']]);
  });
});

describe('rows that need no model', () => {
  it('are guessing, the most frequent answer and, of the lesion condition, "benign" to every picture', async () => {
    const input = { data, profile: localModel().profile, limit: null, seed: 1 };
    const rules = await scoreRules(benchmarkContext(store), { ...input, benchmark: 'lesion-condition' });
    expect(rules.map(({ label }) => label)).toEqual(['Guessing', 'Always benign']);
    // Every picture of these is malignant.
    expect(rules[1]?.strict).toMatchObject({ score: { value: 0 }, unread: 0 });
    expect(
      (await scoreRules(benchmarkContext(store), { ...input, benchmark: 'id-diagnosis' })).map(({ label }) => label),
    ).toEqual(['Guessing']);
  });
});

describe('the leaderboard', () => {
  it('has every evaluation, by benchmark, the best by its own reader first', () => {
    const text = write(board, 'table');
    const lines = text.split('\n').slice(1);
    expect(lines.map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual([
      ['id-diagnosis', 'strong, no image'],
      ['id-diagnosis', 'untagged'],
      ['id-diagnosis', 'strong'],
      ['id-diagnosis', 'weak'],
      ['lesion-condition', 'strong'],
    ]);
    expect(text).toContain('0.750 (');
  });

  it('is Markdown, CSV and JSON of the same rows', () => {
    expect(write(board, 'markdown').split('\n')).toHaveLength(2 + board.length);
    const [columns = '', ...rows] = write(board, 'csv').split('\r\n');
    expect(rows).toHaveLength(board.length);
    // A label with a comma stays one cell.
    expect(rows.filter((row) => row.includes('"strong, no image"'))).toHaveLength(1);
    expect(columns.split(',')).toContain('lenient_macro_f1');
    expect(JSON.parse(write(board, 'json'))).toHaveLength(board.length);
    expect(write([], 'table')).toContain('dermflow evaluate');
    expect(noneOn(['ddx'], board)).toBe('no evaluations on ddx; there are some on id-diagnosis, lesion-condition');
  });
});

it("a run's own evaluation has no second row beside one of the same model and items that was asked for", () => {
  const asked = board.filter(({ benchmark }) => benchmark === 'id-diagnosis');
  const own = asked.map((row) => ({ row: { ...row, groups: null, label: 'its own' }, asked: row.label }));
  expect(withoutRepeats(asked, own)).toEqual(asked);
  const others = own.flatMap(({ row, asked: label }) => [
    { row, asked: `run@${label}` },
    { row: { ...row, items: 19 }, asked: label },
    { row: { ...row, strict: { ...row.strict, score: { ...row.strict.score, value: 0.123 } } }, asked: label },
  ]);
  expect(withoutRepeats(asked, others)).toEqual([...asked, ...others.map(({ row }) => row)]);
});

it.each([
  [{ label: 'base', step: null }, 'run@base'],
  [{ label: 'grpo-60', step: 60 }, 'run@grpo-60'],
  [{ label: 'grpo-60-no-image', step: 60 }, 'run@grpo-60, no image'],
  [{ label: 'sft-no-image', step: 96 }, 'run@sft, no image'],
  [{ label: 'another', step: 1 }, 'run@another'],
])('of %j it is known by the label that this model has where it is evaluated by itself', (evaluated, label) =>
  expect(labelAsked('run', evaluated)).toBe(label),
);

describe('a comparison', () => {
  it('tells which items changed, with both outputs', async () => {
    const [first, second] = [findRow(board, 'weak', undefined, 'strong'), findRow(board, 'strong', 'id-diagnosis')];
    const compared = await compareRows(store, first, second);
    const { all, changed } = compared.comparison;
    expect(all).toMatchObject({ items: 20, difference: 0.25 });
    expect(changed.map(({ change }) => change)).toEqual([...Array(5).fill('gained'), ...Array(5).fill('other answer')]);
    expect(changed[0]).toMatchObject({ first: { output: tagged('C') }, second: { output: tagged('A') } });
    const text = renderCompared(compared, 1);
    expect(text).toContain('+25.0');
    expect(text).toContain('… and 9 more');
  });

  it('takes the first characters of a key for a name', () => {
    const row = findRow(board, 'weak', 'id-diagnosis');
    expect(findRow(board, row.evaluation.key.slice(0, 12), undefined)).toBe(row);
  });

  it('is of the evaluation with most items, where a model was asked some of them by themselves', async () => {
    const few = await evaluate('weak', () => '', { asking: { limit: 4 } });
    const more = await readBoard(store, 'default');
    expect(more.some(({ evaluation }) => evaluation.key === few.evaluation.key)).toBe(true);
    expect(findRow(more, 'weak', 'id-diagnosis').items).toBe(20);
    const sampled = board.map((row) => (row.label === 'untagged' ? { ...row, label: 'weak', samples: 3 } : row));
    expect(() => findRow(sampled, 'weak', 'id-diagnosis')).toThrow(
      /^weak: names 2 evaluations; give the key of one: [0-9a-f]{12} \(prompts compact, 1 per item\), [0-9a-f]{12} \(/,
    );
  });

  it.each([
    ['absent', undefined, undefined, 'the store has no evaluation of it; there are'],
    ['strong', undefined, undefined, 'has evaluations on'],
    ['weak', 'lesion-condition', undefined, 'the store has no evaluation of it on lesion-condition'],
  ])('is refused in one line where a name is no evaluation: %s', (name, benchmark, other, words) => {
    expect(() => findRow(board, name, benchmark, other)).toThrow(words);
  });
});
