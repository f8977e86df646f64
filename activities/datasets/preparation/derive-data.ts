/** Preparation: imported sets become the run's cases, the textbook's cases, and questions. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as untilNextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { ArtifactRef } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { CasesRecipe, CasesResult, DataRecipe, DataResult } from '../../../domain/contracts/data.ts';
import type { TaskScore } from '../../../domain/contracts/evaluation.ts';
import { createAskedFilter } from '../../../domain/evaluation/asked.ts';
import { scoreTextOnly, textOnlyItem } from '../../../domain/evaluation/text-only.ts';
import { userMistake } from '../../../domain/failures.ts';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import type { QuestionSettings } from '../../../domain/questions/build.ts';
import { questionTasks } from '../../../domain/questions/question.ts';
import { isTextbookCase } from '../../../domain/trajectories/plan.ts';
import { createItemTally } from '../../answers/item-tally.ts';
import { commitOnce, type Made } from '../../commit-once.ts';
import { writeRows } from '../../json-lines.ts';
import { pairRows } from '../../pair-rows.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { filterRows, type Rows } from '../../rows.ts';
import { withScratchFolder } from '../../scratch.ts';
import { fetchRows } from '../../store/rows.ts';
import type { Encoder } from '../encoder/encoder.ts';
import {
  conceptCases,
  type ImportedSource,
  inputsOf,
  type OpenSource,
  openSource,
  trainingCases,
} from './imported-sets.ts';
import { deriveDataset } from './split-dataset.ts';
import { writeQuestions } from './write-questions.ts';

const files = artifactFiles.dataset;
const splitFactsSchema = z.object({ train: z.int(), validation: z.int(), test: z.int() });
const textbookFactsSchema = z.object({ cases: z.int() });

/** Where results go, and this machine's fast disk for what does not fit in memory. */
export interface Workplace {
  store: ArtifactStore;
  scratch: string;
}

/** The store, and an empty folder for each artifact that is derived. */
interface Preparation {
  store: ArtifactStore;
  folderFor(name: string): Promise<string>;
  sources: readonly OpenSource[];
}

/** Work on imported sets, which can be read as long as it goes on. */
function withSources<T>(
  { store, scratch }: Workplace,
  imported: readonly ImportedSource[],
  work: (preparation: Preparation) => Promise<T>,
): Promise<T> {
  return withScratchFolder(scratch, 'data', async (folder) => {
    const folderFor = async (name: string): Promise<string> => {
      const path = join(folder, name);
      await mkdir(path);
      return path;
    };
    const fetched = await folderFor('sources');
    const sources = await Promise.all(imported.map((source) => openSource(store, source, fetched)));
    return work({ store, folderFor, sources });
  });
}

/** Derives the artifacts of preparation from imported ones; each is keyed by no more than what decides it. */
export function deriveData(
  workplace: Workplace,
  imported: readonly ImportedSource[],
  recipe: DataRecipe,
  knowledge: Knowledge,
  encoder: Encoder | null = null,
): Promise<DataResult> {
  return withSources(workplace, imported, async (preparation) => {
    const { store, folderFor, sources } = preparation;
    const textbook = await deriveTextbook(preparation);
    const concepts = recipe.sft?.conceptAlignment && (await deriveConcepts(preparation));
    const dataset = await deriveDataset(store, await folderFor('dataset'), sources, recipe, knowledge, encoder);
    const questions = await deriveQuestions(preparation, dataset, settingsOf(recipe), knowledge);
    const textOnly = await scoreWithoutImages(store, questions, recipe, await folderFor('text-only'));
    const { cases: books } = textbookFactsSchema.parse((await store.manifest(textbook)).facts);
    return {
      ...{ dataset, textbook, questions, textOnly },
      ...(concepts ? { concepts } : {}),
      counts: { ...(await countsOf(preparation, dataset)), textbook: books },
    };
  });
}

/** The same of a method that has no use for a textbook. */
export function deriveCases(
  workplace: Workplace,
  imported: readonly ImportedSource[],
  recipe: CasesRecipe,
  knowledge: Knowledge,
  encoder: Encoder | null = null,
): Promise<CasesResult> {
  return withSources(workplace, imported, async (preparation) => {
    const { store, folderFor, sources } = preparation;
    const dataset = await deriveDataset(store, await folderFor('dataset'), sources, recipe, knowledge, encoder);
    const settings: Omit<QuestionSettings, 'trainingTasks'> = {
      seed: recipe.seed,
      granularity: 'leaf',
      distractors: 'matched',
      tasks: questionTasks,
    };
    const questions = await deriveQuestions(preparation, dataset, settings, knowledge);
    return { dataset, questions, counts: { ...(await countsOf(preparation, dataset)), textbook: 0 } };
  });
}

async function countsOf({ store, sources }: Preparation, dataset: ArtifactRef) {
  const { train, validation, test } = splitFactsSchema.parse((await store.manifest(dataset)).facts);
  return { train, validation, test, quarantined: sources.reduce((sum, { facts }) => sum + facts.quarantined, 0) };
}

function deriveConcepts({ store, folderFor, sources }: Preparation): Promise<ArtifactRef> {
  const inputs = inputsOf(sources.filter(({ use }) => use === 'concepts'));
  return commitOnce(store, { kind: 'dataset', method: 'concepts/1', inputs, params: {} }, async () => {
    const [pictures, made] = await writeOne(await conceptCases(sources), await folderFor('concepts'));
    if (pictures === 0) {
      throw userMistake('no source with use: concepts has concepts; give { adapter: skincon, use: concepts }');
    }
    return { facts: { pictures }, files: made };
  });
}

function deriveTextbook({ store, folderFor, sources }: Preparation): Promise<ArtifactRef> {
  const inputs = inputsOf(sources.filter(({ use }) => use === 'training'));
  return commitOnce(store, { kind: 'dataset', method: 'textbook/2', inputs, params: {} }, async () => {
    const books = filterRows(await trainingCases(sources), isTextbookCase);
    const [cases, made] = await writeOne(books, await folderFor('textbook'));
    if (cases === 0) {
      throw userMistake('no source has textbook cases, which trajectories are made from; add { adapter: textbook }');
    }
    return { facts: { cases }, files: made };
  });
}

/** The file of cases, or of pictures that stand in its place. */
async function writeOne(rows: Rows<unknown>, folder: string): Promise<[count: number, files: Made['files']]> {
  const path = join(folder, files.cases.name);
  return [await writeRows(path, rows), { [files.cases.name]: { path } }];
}

const settingsOf = ({ seed, questions, rewards, evaluation }: DataRecipe) => ({
  seed,
  granularity: rewards?.granularity ?? 'leaf',
  distractors: questions.distractors,
  tasks: evaluation.tasks,
});

function deriveQuestions(
  { store, folderFor }: Pick<Preparation, 'store' | 'folderFor'>,
  dataset: ArtifactRef,
  settings: Omit<QuestionSettings, 'trainingTasks'>,
  knowledge: Knowledge,
): Promise<ArtifactRef> {
  const inputs = { dataset: dataset.sha256, knowledge: knowledge.digest };
  return commitOnce(
    store,
    { kind: 'questions', method: 'questions/3', inputs, params: { ...settings, tasks: [...settings.tasks] } },
    async () => {
      const folder = await folderFor('questions');
      const cases = await fetchRows(store, dataset, files.cases.name, files.cases.schema, folder);
      return writeQuestions(cases, knowledge, settings, folder);
    },
  );
}

/** What the options' labels alone answer to the questions that the recipe asks. */
async function scoreWithoutImages(
  store: ArtifactStore,
  questions: ArtifactRef,
  { evaluation }: DataRecipe,
  folder: string,
): Promise<TaskScore[]> {
  const { test, textOnly } = artifactFiles.questions;
  const all = await fetchRows(store, questions, test.name, test.schema, folder);
  const answers = await fetchRows(store, questions, textOnly.name, textOnly.schema, folder);
  const isAsked = createAskedFilter(evaluation);
  using tally = createItemTally(folder);
  for await (const [question, { letter }] of pairRows(all, answers)) {
    if (!isAsked(question)) continue;
    const item = textOnlyItem(question, letter);
    const lenient = { letter, correct: item.correct };
    tally.add({ ...item, letter, lenient, format: true, unreadable: null });
  }
  const scores: TaskScore[] = [];
  for (const [, items] of tally.columns()) {
    await untilNextTurn(); // scores of many patients take a while
    scores.push(...scoreTextOnly(items));
  }
  return scores;
}
