import { copyFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { evaluateBenchmark } from '../../../../activities/evaluation/evaluate-benchmark.ts';
import type { ArtifactStore } from '../../../../activities/ports/artifact-store.ts';
import { readBoard } from '../../../../cli/evaluate/board.ts';
import { readScored } from '../../../../cli/evaluate/compare.ts';
import { readForeign, writeForeign } from '../../../../cli/evaluate/exchange/formats.ts';
import { importResults } from '../../../../cli/evaluate/exchange/import.ts';
import { readAsked, readSummary } from '../../../../cli/evaluate/row-items.ts';
import { summariseChoices } from '../../../../domain/benchmarks/summaries/summarise.ts';
import { byFiles } from '../../../support/by-files.ts';
import { temporaryFolder, writeFiles } from '../../../support/datasets.ts';
import {
  answeringModel,
  benchmarkContext,
  localModel,
  requestOf,
  storeQuestions,
} from '../../../support/evaluations.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';

const fixture = fileURLToPath(new URL('../../../support/vlmevalkit.xlsx', import.meta.url));

async function evaluated() {
  const store = createMemoryStore();
  const data = { questions: await storeQuestions(store, 6), dataset: null };
  const input = { tested: localModel({ label: 'ours' }), benchmark: 'id-diagnosis', data, asking: requestOf().asking };
  const model = answeringModel('ours', (place) => `=<final diagnosis>${place % 2 ? 'A' : 'B'}</final diagnosis>\r\n`);
  await evaluateBenchmark(input, model, benchmarkContext(store));
  const [row] = await readBoard(store, 'default');
  if (!row) throw new RangeError('one evaluation was stored');
  return { store, row };
}
/** Where rows that are imported are never one text. */
const at = (store: ArtifactStore) => ({ store: byFiles(store), scratch: tmpdir() });

describe('results of other tools', () => {
  it.each(['xlsx', 'tsv', 'jsonl'])('hold an evaluation of ours, out and in again (.%s)', async (ending) => {
    const { store, row } = await evaluated();
    const [items, scored] = [await readAsked(store, row), await readScored(store, row)];
    const file = join(await temporaryFolder(), `results.${ending}`);
    const summary = await readSummary(store, row, scored);
    await writeForeign(file, { label: row.label, items, scored, summary, metric: 'accuracy' });
    expect((await readForeign(file, 'id-diagnosis')).scored).toEqual(scored);
    const elsewhere = createMemoryStore();
    expect(await importResults(file, 'id-diagnosis', 'theirs', at(elsewhere))).toMatchObject({
      items: 6,
      withoutScore: 0,
    });
    const [found] = await readBoard(elsewhere, 'default');
    expect(found).toMatchObject({ label: 'theirs', strict: row.strict, lenient: row.lenient, groups: row.groups });
  });

  it('hold the scores of an evaluation of ours, as lmms-eval has them beside its samples (_results.json)', async () => {
    const { store, row } = await evaluated();
    const scored = await readScored(store, row);
    const file = join(await temporaryFolder(), 'ours_results.json');
    const summary = await readSummary(store, row, scored);
    await writeForeign(file, { label: row.label, items: [], scored, summary, metric: 'accuracy' });
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      model_name: 'ours',
      results: { 'id-diagnosis': { 'accuracy,none': row.strict.score.value } },
    });
  });

  it('become a row of the leaderboard, once; items without a score are left out and told', async () => {
    const store = createMemoryStore();
    const file = join(await temporaryFolder(), 'm_set_result.xlsx');
    await copyFile(fixture, file);
    const imported = await importResults(file, 'set', 'llava', at(store));
    expect(imported).toMatchObject({ items: 3, withoutScore: 1 });
    expect(await importResults(file, 'set', 'llava', at(store))).toEqual(imported);
    const [row, ...others] = await readBoard(store, 'default');
    expect(row).toMatchObject({ benchmark: 'set', label: 'llava', profile: 'VLMEvalKit', items: 3 });
    expect(row?.strict.score.value).toBeCloseTo(2 / 3, 9);
    expect(others).toEqual([]);
  });

  it('whose items are not told apart, or that name no row, are refused', async () => {
    const folder = await temporaryFolder();
    const line = (id: number, score: string) => `{"doc_id": ${id}, "target": "a", "filtered_resps": ["a"], ${score}}\n`;
    await writeFiles(folder, {
      'filters.jsonl': line(1, '"acc": 1') + line(2, '"acc": 1') + line(1, '"acc": 0'),
      'none.jsonl': line(1, '"mmmu_acc": {"parsed_pred": "A"}'),
      'twice.tsv': '"index"\t"prediction"\t"hit"\n"7"\t"A"\t"1"\n"7"\t"B"\t"0"\n',
      'good.jsonl': line(1, '"acc": 1'),
    });
    const refuse = (name: string, benchmark = 'set', label = 'm', metric?: string) =>
      importResults(join(folder, name), benchmark, label, at(createMemoryStore()), metric).catch(
        ({ message }: Error) => message,
      );
    expect(await refuse('filters.jsonl')).toMatch(
      /item 1 stands twice, in rows 1 and 3; keep the lines of one filter$/,
    );
    expect(await refuse('twice.tsv')).toMatch(/item 7 stands twice, in rows 1 and 2; keep one row for each index$/);
    expect(await refuse('none.jsonl')).toMatch(/none of its 1 items has a score; give samples of a task with a metric/);
    expect(await refuse('twice.tsv', 'set', 'm', 'acc')).toMatch(/--metric acc: is for samples of lmms-eval/);
    for (const benchmark of ['', '..', 'a/b', 'two\nlines'])
      expect(await refuse('good.jsonl', benchmark)).toMatch(/^--benchmark "/);
    for (const label of [' ', 'two\nlines']) expect(await refuse('good.jsonl', 'set', label)).toMatch(/^--model "/);
    expect(await refuse('good.jsonl', 'MMBench_DEV_EN', 'llava-hf/llava-1.5-7b')).toMatchObject({
      items: 1,
      metrics: { taken: ['acc'], left: [] },
    });
  });

  it('that are none are refused in a line with the remedy', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'x.tsv': '"index"\t"prediction"\n"1"\t"A"\n', 'x.xlsx': 'text', 'x.pdf': 'text' });
    await copyFile(fixture, join(folder, 'judged.xlsx'));
    const refuse = (name: string, benchmark = 'set') =>
      importResults(join(folder, name), benchmark, 'm', at(createMemoryStore())).catch(({ message }: Error) => message);
    expect(await refuse('x.tsv')).toMatch(
      /x\.tsv: none of its 1 items has a score; give the judged results \(column hit\)$/,
    );
    expect(await refuse('x.xlsx')).toMatch(/x\.xlsx: is not a workbook/);
    expect(await refuse('x.pdf')).toMatch(/neither \.xlsx, \.tsv, \.csv nor \.json/);
    expect(await refuse('absent.tsv')).toMatch(/absent\.tsv: cannot be read/);
    expect(await refuse('judged.xlsx', 'id-diagnosis')).toMatch(/one of Dermflow's, whose items these are not/);
    const nothing = {
      label: 'm',
      items: [],
      scored: [],
      summary: summariseChoices('set', []),
      metric: 'accuracy',
    } as const;
    for (const name of ['x.pdf', 'x.json'])
      await expect(writeForeign(join(folder, name), nothing)).rejects.toThrow(
        /\.xlsx or \.tsv .*, in \.jsonl or _results\.json/,
      );
  });
});
