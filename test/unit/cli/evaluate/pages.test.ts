import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluateBenchmark } from '../../../../activities/evaluation/evaluate-benchmark.ts';
import { scoreRules } from '../../../../activities/evaluation/score-rules.ts';
import { createRecordActivities } from '../../../../activities/run-records.ts';
import { type BoardRow, readBoard } from '../../../../cli/evaluate/board.ts';
import { isRule, readPageSources } from '../../../../cli/evaluate/page-sources.ts';
import { chooseRows } from '../../../../cli/evaluate/report.ts';
import { servedFiles } from '../../../../cli/evaluate/served-pages.ts';
import { writePages } from '../../../../cli/evaluate/write-pages.ts';
import { publicBase } from '../../../../domain/models/public-base.ts';
import { evaluationProfile } from '../../../../domain/prompts/prompts.ts';
import { temporaryFolder } from '../../../support/datasets.ts';
import {
  answeringModel,
  benchmarkContext,
  localModel,
  requestOf,
  storeQuestions,
} from '../../../support/evaluations.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';
import { smallNarratives } from '../../../support/recipes.ts';

const tagged = (letter: string): string => `<thinking> seen </thinking> <final diagnosis> ${letter} </final diagnosis>`;
const store = createMemoryStore();
const rules = new Set<string>();
const isRuleRow = ({ evaluation }: BoardRow): boolean => rules.has(evaluation.key);
let board: BoardRow[];

beforeAll(async () => {
  const picture = (i: number): Promise<Uint8Array> =>
    sharp({ create: { width: 16, height: 16, channels: 3, background: { r: 9 * i, g: 90, b: 60 } } })
      .png()
      .toBuffer();
  const data = { questions: await storeQuestions(store, 12, picture), dataset: null };
  const ask = (label: string, answer: (place: number) => string, benchmark = 'id-diagnosis') =>
    evaluateBenchmark(
      { tested: localModel({ label }), benchmark, data, asking: requestOf().asking },
      answeringModel(label, answer),
      benchmarkContext(store),
    );
  await ask('weak/one', (place) => tagged(place < 4 ? 'A' : 'C'));
  await ask('strong', (place) => tagged(place < 9 ? 'A' : 'B'));
  await ask('strong', () => tagged('B'), 'lesion-condition');
  const profile = evaluationProfile('compact');
  await scoreRules(benchmarkContext(store), { benchmark: 'id-diagnosis', data, profile, limit: null, seed: 1 });
  await scoreRules(benchmarkContext(store), { benchmark: 'id-diagnosis', data, profile, limit: 3, seed: 1 });
  board = await readBoard(store, 'default');
  for (const row of board) if (await isRule(store, row)) rules.add(row.evaluation.key);
});

const read = (names: string[], benchmark?: string) =>
  readPageSources(
    store,
    chooseRows(board, names, benchmark, isRuleRow).chosen,
    board.filter((row) => row.benchmark === 'id-diagnosis'),
    'default',
  );

describe('what pages are made of', () => {
  it('is every model of the benchmark where none is named, and the rules of the very items', async () => {
    const { sources, asked } = await read([], 'id-diagnosis');
    expect(sources.map(({ label, kind }) => `${label}: ${kind}`).toSorted()).toEqual([
      'Guessing: rule',
      'strong: model',
      'weak/one: model',
    ]);
    expect(sources.every(({ items }) => items.length === 12)).toBe(true);
    expect(asked.get('case-0/diagnosis')?.options).toHaveLength(4);
  });

  it('knows of a run, by its record, the base model and the stage that made its last model', async () => {
    const { recordRun } = createRecordActivities({ store });
    const started = { method: 'skingpt-r1', startedAt: new Date(0).toISOString(), end: null };
    await new MockActivityEnvironment({
      workflowExecution: { workflowId: 'arms', runId: 'first' },
      namespace: 'default',
    }).run(() => recordRun({ ...started, recipe: smallNarratives() }));
    const rows = board.filter(({ label }) => label === 'strong').map((row) => ({ ...row, label: 'arms@final' }));
    const { data } = await readPageSources(store, rows.slice(0, 1), [], 'default');
    const [base, exported] = [publicBase('tiny').name, { stage: 'distillation', step: null }];
    expect(data.runs).toEqual({ arms: { base, exported, recipe: smallNarratives() } });
  });

  it('takes of a model the evaluation with most items, not those of nights on a few', () => {
    const few = board.map((row) => ({ ...row, items: 5, evaluation: { ...row.evaluation, key: `few-${row.label}` } }));
    const { chosen } = chooseRows([...few, ...board], [], 'id-diagnosis', ({ label }) => label === 'Guessing');
    expect(chosen.map(({ label, items }) => [label, items]).toSorted()).toEqual([
      ['strong', 12],
      ['weak/one', 12],
    ]);
  });

  it.each([
    [[], undefined, '--benchmark is missing: there are evaluations on'],
    [[], 'ddx', 'the store has no evaluation on ddx; there are some on'],
    [['absent'], 'id-diagnosis', 'absent: the store has no evaluation of it'],
  ])('says what is wrong with %j on %s', (names, benchmark, message) => {
    expect(() => chooseRows(board, names, benchmark, isRuleRow)).toThrow(message);
  });
});

describe('the folder', () => {
  it('has a page of all, one for each model, and the numbers; the pages are served and nothing else', async () => {
    const folder = await temporaryFolder();
    const files = await writePages(store, folder, await read([], 'id-diagnosis'));
    expect(files.toSorted()).toEqual(['index.html', 'models/strong.html', 'models/weak-one.html']);
    expect((await readdir(folder)).toSorted()).toEqual([
      ...['evaluation.csv', 'evaluation.json', 'evaluation.md', 'index.html', 'models'],
    ]);
    const html = await readFile(join(folder, 'index.html'), 'utf8');
    expect(html).toContain('href="models/weak-one.html"');
    expect(html).toMatch(/script-src 'sha256-[A-Za-z0-9+/=]+'/);
    const pictures = /id="explorer-pictures">([^<]*)</.exec(html)?.[1]?.split('\n') ?? [];
    expect(pictures.filter((each) => each.startsWith('UklGR'))).toHaveLength(12);
    const { rows } = JSON.parse(await readFile(join(folder, 'evaluation.json'), 'utf8'));
    expect(rows).toHaveLength(3);
    expect(await readFile(join(folder, 'models', 'strong.card.md'), 'utf8')).toContain('model-index:');
    const served = servedFiles(folder, files);
    expect((await served.request('/models/strong.html')).status).toBe(200);
    expect((await served.request('/evaluation.csv')).status).toBe(200);
    expect((await served.request('/models/strong.card.md')).status).toBe(404);
  });

  it('of one model is one page, under the name that the other has', async () => {
    const folder = await temporaryFolder();
    expect(await writePages(store, folder, await read(['weak/one']))).toEqual(['index.html']);
    expect(await readFile(join(folder, 'index.html'), 'utf8')).toContain('<h1>weak/one: Disease diagnosis');
  });
});
