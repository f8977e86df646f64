/** The data stage: imported sets become the run's cases, the textbook's cases, and questions. */
import type { ArtifactRef } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { Case, Split } from '../../../domain/cases/case.ts';
import { countSplits } from '../../../domain/cases/data-report.ts';
import type { DataRecipe, DataResult } from '../../../domain/contracts/data.ts';
import type { TaskScore } from '../../../domain/contracts/evaluation.ts';
import { askedQuestions } from '../../../domain/evaluation/asked.ts';
import { fitTextOnly, scoreTextOnly, textOnlyItems } from '../../../domain/evaluation/text-only.ts';
import { userMistake } from '../../../domain/failures.ts';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import { buildQuestions } from '../../../domain/questions/build.ts';
import { type Question, questionTasks } from '../../../domain/questions/question.ts';
import { createRandom } from '../../../domain/random.ts';
import { isTextbookCase } from '../../../domain/trajectories/plan.ts';
import { commitOnce } from '../../commit-once.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { toJsonLines } from '../../json-lines.ts';
import { readJsonLines } from '../../store/rows.ts';
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

const files = artifactFiles.dataset;

/** Derives the artifacts of the stage from imported ones; each is keyed by no more than what decides it. */
export async function deriveData(
  store: ArtifactStore,
  imported: readonly ImportedSource[],
  recipe: DataRecipe,
  knowledge: Knowledge,
  encoder: Encoder | null = null,
): Promise<DataResult> {
  const sources = await Promise.all(imported.map((source) => openSource(store, source)));
  const textbook = await deriveTextbook(store, sources);
  const concepts = recipe.sft.conceptAlignment && (await deriveConcepts(store, sources));
  const dataset = await deriveDataset(store, sources, recipe, knowledge, encoder);
  const cases = await readJsonLines(store, dataset, files.cases.name, files.cases.schema);
  const questions = await deriveQuestions(store, dataset, recipe, knowledge, cases);
  const books = await readJsonLines(store, textbook, files.cases.name, files.cases.schema);
  const textOnly = await scoreWithoutImages(store, questions, recipe);
  const quarantined = sources.reduce((sum, { facts }) => sum + facts.quarantined, 0);
  return {
    ...{ dataset, textbook, questions, textOnly },
    ...(concepts ? { concepts } : {}),
    counts: { ...countSplits(cases), textbook: books.length, quarantined },
  };
}

function deriveConcepts(store: ArtifactStore, sources: readonly OpenSource[]): Promise<ArtifactRef> {
  const inputs = inputsOf(sources.filter(({ use }) => use === 'concepts'));
  return commitOnce(store, { kind: 'dataset', method: 'concepts/1', inputs, params: {} }, async () => {
    const pictures = await conceptCases(sources);
    if (pictures.length === 0) {
      throw userMistake('no source with use: concepts has concepts; give { adapter: skincon, use: concepts }');
    }
    return { facts: { pictures: pictures.length }, files: { [files.pictures.name]: toJsonLines(pictures) } };
  });
}

function deriveTextbook(store: ArtifactStore, sources: readonly OpenSource[]): Promise<ArtifactRef> {
  const inputs = inputsOf(sources.filter(({ use }) => use === 'training'));
  return commitOnce(store, { kind: 'dataset', method: 'textbook/2', inputs, params: {} }, async () => {
    const cases = (await trainingCases(sources)).filter(isTextbookCase);
    if (cases.length === 0) {
      throw userMistake('no source has textbook cases, which trajectories are made from; add { adapter: textbook }');
    }
    return { facts: { cases: cases.length }, files: { [files.cases.name]: toJsonLines(cases) } };
  });
}

function deriveQuestions(
  store: ArtifactStore,
  dataset: ArtifactRef,
  { seed, questions, rewards, evaluation }: DataRecipe,
  knowledge: Knowledge,
  cases: readonly Case[],
): Promise<ArtifactRef> {
  const settings = {
    seed,
    granularity: rewards.granularity,
    distractors: questions.distractors,
    tasks: evaluation.tasks,
  };
  const inputs = { dataset: dataset.sha256, knowledge: knowledge.digest };
  return commitOnce(store, { kind: 'questions', method: 'questions/3', inputs, params: settings }, async () => {
    const splitOf = new Map(cases.map((c) => [c.id, c.split]));
    // At once: wrong options come from the whole set's labels. Training cases are asked everything for the rule's sake.
    const all = buildQuestions(cases, knowledge, { ...settings, trainingTasks: questionTasks });
    const of = (split: Split): Question[] => all.filter((question) => splitOf.get(question.caseId) === split);
    const [train, validation, test] = [of('train'), of('validation'), of('test')];
    const rule = fitTextOnly(train, knowledge.taxonomy);
    const asked = {
      train: train.filter(({ task }) => task === 'diagnosis'),
      validation,
      // Tables are often sorted by diagnosis, and `evaluation.maxItems` asks the first ones.
      test: createRandom(`questions/${seed}/order`).shuffle(test),
    };
    return {
      facts: Object.fromEntries(Object.entries(asked).map(([split, questions]) => [split, questions.length])),
      files: {
        [artifactFiles.questions.train.name]: toJsonLines(asked.train),
        [artifactFiles.questions.validation.name]: toJsonLines(asked.validation),
        [artifactFiles.questions.test.name]: toJsonLines(asked.test),
        [artifactFiles.questions.textOnly.name]: toJsonLines(
          asked.test.map((question) => ({ id: question.id, letter: rule(question) })),
        ),
      },
    };
  });
}

async function scoreWithoutImages(
  store: ArtifactStore,
  questions: ArtifactRef,
  { evaluation }: DataRecipe,
): Promise<TaskScore[]> {
  const { test, textOnly } = artifactFiles.questions;
  const all = await readJsonLines(store, questions, test.name, test.schema);
  const answers = await readJsonLines(store, questions, textOnly.name, textOnly.schema);
  const items = textOnlyItems(askedQuestions(all, evaluation), answers);
  return scoreTextOnly(items, createRandom(`text-only/${questions.sha256}`));
}
