/**
 * Databases are closed with the work that uses them. One that stays open keeps its room on the disk until V8 collects it,
 * which a worker that waits may not do for hours: work that failed on a full disk would find it full when it is tried again.
 */
import { tmpdir } from 'node:os';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { openAnswerBook } from '../../activities/answers/answer-book.ts';
import { checkDataset } from '../../activities/datasets/import/check.ts';
import { importDataset } from '../../activities/datasets/import/import-dataset.ts';
import { openFolder } from '../../activities/datasets/opening/folder.ts';
import { countData } from '../../activities/datasets/preparation/count.ts';
import { dealCases } from '../../activities/datasets/preparation/deal.ts';
import { findLeaks } from '../../activities/datasets/preparation/leaks.ts';
import { writeQuestions } from '../../activities/datasets/preparation/write-questions.ts';
import { evaluate } from '../../activities/evaluation/evaluate.ts';
import { withTestQuestions } from '../../activities/evaluation/questions.ts';
import { withItems } from '../../activities/evaluation/sources.ts';
import { toJsonLines } from '../../activities/json-lines.ts';
import { listRows, type Rows } from '../../activities/rows.ts';
import { withScratchFolder } from '../../activities/scratch.ts';
import { commitFiles } from '../../activities/store/commit.ts';
import { readTextbookTable } from '../../activities/trajectories/textbook-table.ts';
import { digestOf } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { Case } from '../../domain/cases/case.ts';
import { evaluationProfile } from '../../domain/prompts/prompts.ts';
import { makeCase } from '../support/cases.ts';
import { temporaryFolder } from '../support/datasets.ts';
import { answeringModel, benchmarkContext, storeQuestions } from '../support/evaluations.ts';
import { shippedKnowledge } from '../support/knowledge.ts';
import { layouts, writeLayout } from '../support/layouts.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { databasesOf } from '../support/open-databases.ts';
import { demoRecipe } from '../support/recipes.ts';

const knowledge = shippedKnowledge;
const cases = Array.from({ length: 8 }, (_, i) =>
  makeCase(`case-${i}`, 'melanoma', { split: i % 2 ? 'test' : 'train', rationale: 'so', reference: 'p. 1' }),
);
/** All rows, then what a damaged file or a store that is away throws. */
const broken = <T>(rows: readonly T[]): Rows<T> => ({
  [Symbol.asyncIterator]: async function* () {
    yield* rows;
    throw new Error('no more can be read');
  },
});
/** Read to the end until the n-th reading, which breaks off. */
function breakingAt(reading: number): Rows<Case> {
  let read = 0;
  return {
    [Symbol.asyncIterator]: async function* () {
      read += 1;
      yield* read < reading ? cases : broken(cases);
    },
  };
}

const inScratch = <T>(work: (folder: string) => Promise<T>): Promise<T> => withScratchFolder(tmpdir(), 'test', work);
const recipe = { ...demoRecipe(), seed: 1 };

const deal = (rows: Rows<Case>) =>
  dealCases(rows, { seed: 1, ratio: { train: 0.5, validation: 0, test: 0.5 }, groupBy: 'patient' });

const leaksAmong = (test: Rows<Case>) =>
  inScratch((folder) => listRows({ [Symbol.asyncIterator]: () => findLeaks(cases, test, {}, folder) }));

const questionsOf = (rows: Rows<Case>) =>
  inScratch((folder) =>
    writeQuestions(
      rows,
      knowledge,
      { seed: 1, ...recipe.questions, tasks: recipe.evaluation.tasks, granularity: recipe.rewards.granularity },
      folder,
    ),
  );

/** Items with the attributes of their cases, of a file that ends so. */
async function itemsOf(end: string): Promise<void> {
  const store = createMemoryStore();
  const about = { key: 'all', method: 'test/1', inputs: {}, params: {}, facts: {} } as const;
  const files = { [artifactFiles.dataset.cases.name]: { data: `${toJsonLines(cases)}${end}` } };
  const dataset = await commitFiles(store, { kind: 'dataset', ...about }, files);
  const data = { questions: await storeQuestions(store, 3), dataset };
  const profile = evaluationProfile('paper');
  await withItems({ store, scratch: tmpdir() }, 'id-diagnosis', data, profile, null, async () => {});
}

async function evaluated(answer: () => string): Promise<void> {
  const store = createMemoryStore();
  const questions = await storeQuestions(store, 3);
  const request = {
    ...{ label: 'base', recipe: { ...recipe, evaluation: { ...recipe.evaluation, runtime: 'transformers' as const } } },
    ...{ model: { base: 'tiny', sha256: digestOf('tiny') }, checkpoint: null, onnx: null, image: 'grey' as const },
    questions,
  };
  const openRunner = () => answeringModel('m', answer).open('');
  const context = { ...benchmarkContext(store), trainer: { python: 'none', logger: pino({ level: 'silent' }) } };
  await withTestQuestions(store, questions, recipe.evaluation, tmpdir(), (asked) =>
    evaluate(request, asked, { ...context, openRunner }),
  );
}

const away = async (): Promise<never> => {
  throw new Error('the store is away');
};
const { answerer } = answeringModel('m', () => '');

const skincon = async (): Promise<string> => {
  const layout = layouts.find(({ adapter }) => adapter === 'skincon');
  if (!layout) throw new RangeError('SkinCon has no layout');
  return writeLayout(layout);
};
const checked = async () => checkDataset({ adapter: 'skincon', folder: await skincon(), knowledge });
const counted = async () => {
  const data = { ...recipe.data, sources: [{ adapter: 'skincon' as const, use: 'training' as const }] };
  return countData(await skincon(), { ...recipe, data }, knowledge);
};
const imported = async (signal: AbortSignal) => {
  const settings = { maxPixels: 12_544, snapTo: 28, maxBadShare: 0 };
  const request = { adapter: 'skincon', folder: await skincon(), knowledge, settings, signal } as const;
  return importDataset({ ...request, store: createMemoryStore(), scratch: await temporaryFolder() });
};

describe('nothing stays open after', () => {
  it.each<[what: string, end: 'done' | 'failed', work: () => Promise<unknown>]>([
    ['items with their cases', 'done', () => itemsOf('')],
    ['items of a file that is damaged', 'failed', () => itemsOf('no case')],
    ['an evaluation', 'done', () => evaluated(() => 'A')],
    [
      'an evaluation whose model fails',
      'failed',
      () =>
        evaluated(() => {
          throw new Error('out of memory');
        }),
    ],
    [
      'a listing of answers that breaks off',
      'failed',
      () => openAnswerBook({ ...createMemoryStore(), eachObjectKey: away }, answerer),
    ],
    ['cases that are dealt', 'done', () => deal(cases)],
    ['cases that end while they are dealt', 'failed', () => deal(broken(cases))],
    ['leaks that are found', 'done', () => leaksAmong(cases)],
    ['leaks that are looked for when rows end', 'failed', () => leaksAmong(breakingAt(2))],
    ['questions that are written', 'done', () => questionsOf(cases)],
    ['questions whose cases end while they are read', 'failed', () => questionsOf(breakingAt(1))],
    ['questions whose cases end while they are asked', 'failed', () => questionsOf(breakingAt(2))],
    ['a textbook that ends while it is read', 'failed', () => readTextbookTable(broken(cases))],
    ['a folder that is checked', 'done', checked],
    ['a folder that is counted', 'done', counted],
    ['a folder that is not there', 'failed', () => openFolder('/no/such/folder')],
    ['an import', 'done', () => imported(new AbortController().signal)],
    ['an import that is cancelled', 'failed', () => imported(AbortSignal.abort())],
  ])('%s', async (_, end, work) => {
    const { failed, opened, open } = await databasesOf(work);
    expect(failed).toBe(end === 'failed');
    expect(opened).toBeGreaterThan(0);
    expect(open).toBe(0);
  });
});
