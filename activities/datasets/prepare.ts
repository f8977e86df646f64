/** From imported cases to what training and evaluation read: a split, the textbook's cases, and questions. */
import type { ArtifactRef } from '../../domain/artifact.ts';
import { type Case, caseSchema, splits } from '../../domain/cases/case.ts';
import { assignSplits } from '../../domain/cases/splits.ts';
import type { DataResult } from '../../domain/contracts.ts';
import { userMistake } from '../../domain/failures.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import { buildQuestions } from '../../domain/questions/build.ts';
import type { Recipe } from '../../domain/recipe.ts';
import { isTextbookCase } from '../../domain/trajectories/plan.ts';
import { commitOnce } from '../commit-once.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { readJsonLines, toJsonLines } from '../store/commit.ts';
import { importFactsSchema } from './import.ts';

const casesFile = 'cases.jsonl';
const countCases = (cases: readonly Case[], split: string): number => cases.filter((c) => c.split === split).length;

/** Derives the three artifacts from an imported one; each is keyed by no more than what decides it. */
export async function deriveData(
  store: ArtifactStore,
  imported: ArtifactRef,
  recipe: Recipe,
  knowledge: Knowledge,
): Promise<DataResult> {
  const source = await store.manifest(imported);
  const read = (): Promise<Case[]> => readJsonLines(store, source, casesFile, caseSchema);
  const textbook = await deriveTextbook(store, imported, read);
  const dataset = await deriveSplit(store, imported, recipe, read);
  const cases = await readJsonLines(store, await store.manifest(dataset), casesFile, caseSchema);
  const questions = await deriveQuestions(store, dataset, recipe, knowledge, cases);
  const facts = importFactsSchema.parse(source.facts);
  return {
    dataset,
    textbook,
    questions,
    counts: {
      train: countCases(cases, 'train'),
      validation: countCases(cases, 'validation'),
      test: countCases(cases, 'test'),
      textbook: facts.textbook,
      quarantined: facts.quarantined,
    },
  };
}

const deriveTextbook = (
  store: ArtifactStore,
  imported: ArtifactRef,
  read: () => Promise<Case[]>,
): Promise<ArtifactRef> =>
  commitOnce(
    store,
    { kind: 'dataset', method: 'textbook/1', inputs: { imported: imported.sha256 }, params: {} },
    async () => {
      const cases = (await read()).filter(isTextbookCase);
      if (cases.length === 0)
        throw userMistake('the data set has no textbook/cases.jsonl, which trajectories are made from; add it');
      return { facts: { cases: cases.length }, files: { [casesFile]: toJsonLines(cases) } };
    },
  );

function deriveSplit(
  store: ArtifactStore,
  imported: ArtifactRef,
  { seed, data }: Recipe,
  read: () => Promise<Case[]>,
): Promise<ArtifactRef> {
  const settings = { seed, ratio: data.split, groupBy: data.groupBy };
  const work = { kind: 'dataset', method: 'split/2', inputs: { imported: imported.sha256 }, params: settings } as const;
  return commitOnce(store, work, async () => {
    const cases = assignSplits(
      (await read()).filter((c) => !isTextbookCase(c)),
      settings,
    );
    const counts = Object.fromEntries(splits.map((split) => [split, countCases(cases, split)]));
    const empty = (['train', 'test'] as const).find((split) => counts[split] === 0);
    if (empty) throw userMistake(`data.split leaves no case for ${empty}: ${cases.length} cases are too few`);
    return { facts: counts, files: { [casesFile]: toJsonLines(cases) } };
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
  return commitOnce(store, { kind: 'questions', method: 'questions/2', inputs, params: settings }, async () => {
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
