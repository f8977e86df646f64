/** The data stage: imported sets become the run's cases, the textbook's cases, and questions. */
import type { ArtifactRef } from '../../domain/artifact.ts';
import { type Case, caseSchema, splits } from '../../domain/cases/case.ts';
import { countSplits } from '../../domain/cases/data-report.ts';
import type { DataResult } from '../../domain/contracts.ts';
import { userMistake } from '../../domain/failures.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import { buildQuestions } from '../../domain/questions/build.ts';
import type { Recipe } from '../../domain/recipe.ts';
import { isTextbookCase } from '../../domain/trajectories/plan.ts';
import { commitOnce } from '../commit-once.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { readJsonLines, toJsonLines } from '../store/commit.ts';
import type { Encoder } from './encoder.ts';
import { conceptCases, type ImportedSource, inputsOf, type OpenSource, openSource, trainingCases } from './imported.ts';
import { datasetFiles, deriveDataset } from './join.ts';

/** Derives the artifacts of the stage from imported ones; each is keyed by no more than what decides it. */
export async function deriveData(
  store: ArtifactStore,
  imported: readonly ImportedSource[],
  recipe: Recipe,
  knowledge: Knowledge,
  encoder: Encoder | null = null,
): Promise<DataResult> {
  const sources = await Promise.all(imported.map((source) => openSource(store, source)));
  const textbook = await deriveTextbook(store, sources);
  const concepts = recipe.sft.conceptAlignment && (await deriveConcepts(store, sources));
  const dataset = await deriveDataset(store, sources, recipe, knowledge, encoder);
  const cases = await readJsonLines(store, dataset, datasetFiles.cases, caseSchema);
  const questions = await deriveQuestions(store, dataset, recipe, knowledge, cases);
  const books = await readJsonLines(store, textbook, datasetFiles.cases, caseSchema);
  const quarantined = sources.reduce((sum, { facts }) => sum + facts.quarantined, 0);
  return {
    ...{ dataset, textbook, questions },
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
    return { facts: { pictures: pictures.length }, files: { [datasetFiles.cases]: toJsonLines(pictures) } };
  });
}

function deriveTextbook(store: ArtifactStore, sources: readonly OpenSource[]): Promise<ArtifactRef> {
  const inputs = inputsOf(sources.filter(({ use }) => use === 'training'));
  return commitOnce(store, { kind: 'dataset', method: 'textbook/2', inputs, params: {} }, async () => {
    const cases = (await trainingCases(sources)).filter(isTextbookCase);
    if (cases.length === 0) {
      throw userMistake('no source has textbook cases, which trajectories are made from; add { adapter: textbook }');
    }
    return { facts: { cases: cases.length }, files: { [datasetFiles.cases]: toJsonLines(cases) } };
  });
}

function deriveQuestions(
  store: ArtifactStore,
  dataset: ArtifactRef,
  { seed, questions, rewards, evaluation }: Recipe,
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
    const all = buildQuestions(cases, knowledge, settings); // at once: wrong options come from the whole set's labels
    const bySplit = splits.map(
      (split) => [split, all.filter((question) => splitOf.get(question.caseId) === split)] as const,
    );
    return {
      facts: Object.fromEntries(bySplit.map(([split, questions]) => [split, questions.length])),
      files: Object.fromEntries(bySplit.map(([split, questions]) => [`${split}.jsonl`, toJsonLines(questions)])),
    };
  });
}
