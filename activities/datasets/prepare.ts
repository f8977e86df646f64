/** From imported sets to what training and evaluation read: splits, the textbook's cases, what is out of distribution. */
import { type ArtifactRef, canonicalJson, type Manifest } from '../../domain/artifact.ts';
import { type Case, caseSchema, splits } from '../../domain/cases/case.ts';
import { countSplits, type DataReport, describeData } from '../../domain/cases/data-report.ts';
import { type DermNetSettings, type FunnelStep, filterDermNet } from '../../domain/cases/dermnet-filter.ts';
import { type AuditedPicture, findLeaks, type Leak, summariseLeaks } from '../../domain/cases/leakage.ts';
import { assignSplits } from '../../domain/cases/splits.ts';
import { type ReadyCase, readyCaseSchema } from '../../domain/cases/undiagnosed.ts';
import type { DataResult } from '../../domain/contracts.ts';
import { userMistake } from '../../domain/failures.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import { buildQuestions } from '../../domain/questions/build.ts';
import type { AdapterName, DataSource, Recipe } from '../../domain/recipe.ts';
import { isTextbookCase } from '../../domain/trajectories/plan.ts';
import { commitOnce } from '../commit-once.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { readJsonLines, toJsonLines } from '../store/commit.ts';
import { importedFiles, importFactsSchema } from './import.ts';

/** A source of the recipe with its imported artifact. */
export interface ImportedSource {
  adapter: AdapterName;
  use: DataSource['use'];
  artifact: ArtifactRef;
}

/** Files of the `dataset` artifact: split cases, and questions that come with their sets. */
export const datasetFiles = { cases: 'cases.jsonl', ood: 'ood.jsonl', report: 'report.json' } as const;

/** Derives the three artifacts from imported ones; each is keyed by no more than what decides it. */
export async function deriveData(
  store: ArtifactStore,
  imported: readonly ImportedSource[],
  recipe: Recipe,
  knowledge: Knowledge,
): Promise<DataResult> {
  const sources = await Promise.all(imported.map((source) => openSource(store, source)));
  const textbook = await deriveTextbook(store, sources);
  const dataset = await deriveDataset(store, sources, recipe, knowledge);
  const cases = await readJsonLines(store, dataset, datasetFiles.cases, caseSchema);
  const questions = await deriveQuestions(store, dataset, recipe, knowledge, cases);
  const books = await readJsonLines(store, textbook, datasetFiles.cases, caseSchema);
  const quarantined = sources.reduce((sum, { facts }) => sum + facts.quarantined, 0);
  return { dataset, textbook, questions, counts: { ...countSplits(cases), textbook: books.length, quarantined } };
}

interface OpenSource extends ImportedSource {
  facts: ReturnType<typeof importFactsSchema.parse>;
  cases(): Promise<Case[]>;
  ready(): Promise<ReadyCase[]>;
}

async function openSource(store: ArtifactStore, source: ImportedSource): Promise<OpenSource> {
  const manifest: Manifest = await store.manifest(source.artifact);
  const facts = importFactsSchema.parse(manifest.facts);
  const { adapter, use } = source;
  if (use === 'ood' && facts.ready === 0) {
    throw userMistake(
      `data.sources: ${adapter} has no questions of its own, so it cannot be used for ood; remove use: ood`,
    );
  }
  if (use === 'training' && facts.cases + facts.concepts === 0) {
    throw userMistake(`data.sources: ${adapter} has questions only; give it use: ood`);
  }
  return {
    ...source,
    facts,
    cases: () => readJsonLines(store, manifest, importedFiles.cases, caseSchema),
    ready: () => readJsonLines(store, manifest, importedFiles.ready, readyCaseSchema),
  };
}

const inputsOf = (sources: readonly OpenSource[]): Record<string, string> =>
  Object.fromEntries(sources.map(({ adapter, artifact }) => [adapter, artifact.sha256]));

const trainingCases = async (sources: readonly OpenSource[]): Promise<Case[]> =>
  (await Promise.all(sources.filter(({ use }) => use === 'training').map((source) => source.cases()))).flat();

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

/** Filters DermNet, splits the cases, then looks for what training has seen on the other sides. */
function deriveDataset(
  store: ArtifactStore,
  sources: readonly OpenSource[],
  { seed, data }: Recipe,
  knowledge: Knowledge,
): Promise<ArtifactRef> {
  const settings = { seed, ratio: data.split, groupBy: data.groupBy };
  const params = {
    ...settings,
    minImagesPerClass: data.minImagesPerClass,
    leaks: data.leaks,
    ood: sources.filter((s) => s.use === 'ood').map((s) => s.adapter),
  };
  const inputs = { ...inputsOf(sources), knowledge: knowledge.digest };
  const work = { kind: 'dataset', method: 'split/4', inputs, params } as const;
  return commitOnce(store, work, async () => {
    const { kept: labelled, funnel } = filterDermNetCases(await trainingCases(sources), knowledge, {
      minImagesPerClass: data.minImagesPerClass,
      undiagnosed: sources.find(({ adapter }) => adapter === 'dermnet')?.facts.leftOut ?? 0,
    });
    const books = labelled.filter(isTextbookCase);
    const all = assignSplits(
      labelled.filter((c) => !isTextbookCase(c)),
      settings,
    );
    const seen = [...all.filter((c) => c.split !== 'test'), ...books];
    const tested = audit(
      seen,
      all.filter((c) => c.split === 'test'),
      data.leaks.test,
    );
    const cases = [...all.filter((c) => c.split !== 'test'), ...tested.kept];
    const items = (
      await Promise.all(sources.filter(({ use }) => use === 'ood').map((source) => source.ready()))
    ).flat();
    const ood = audit(seen, items, data.leaks.ood);

    const counts = countSplits(cases);
    const empty = (['train', 'test'] as const).find((split) => counts[split] === 0);
    if (empty) throw userMistake(`data.split leaves no case for ${empty}: ${cases.length} cases are too few`);
    const leaks = { test: summariseLeaks(tested.leaks), ood: summariseLeaks(ood.leaks) };
    const report = describeData(cases, { ood: countKept(items, ood.kept), leaks, dermnet: funnel });
    return {
      facts: { ...counts, ood: ood.kept.length },
      files: {
        [datasetFiles.cases]: toJsonLines(cases),
        [datasetFiles.ood]: toJsonLines(ood.kept),
        [datasetFiles.report]: canonicalJson(report),
      },
    };
  });
}

/** All cases, those of DermNet filtered; without DermNet there is no funnel. */
function filterDermNetCases(
  cases: readonly Case[],
  knowledge: Knowledge,
  settings: DermNetSettings,
): { kept: Case[]; funnel: FunnelStep[] } {
  const isDermNet = (c: Case): boolean => c.source === 'dermnet';
  if (!cases.some(isDermNet)) return { kept: [...cases], funnel: [] };
  const { kept, funnel } = filterDermNet(cases.filter(isDermNet), knowledge, settings);
  return { kept: [...cases.filter((c) => !isDermNet(c)), ...kept], funnel };
}

interface Audit<T> {
  leaks: Leak[];
  kept: readonly T[];
}

function audit<T extends AuditedPicture>(
  seen: readonly Case[],
  tested: readonly T[],
  policy: Recipe['data']['leaks']['ood'],
): Audit<T> {
  const leaks = findLeaks(seen, tested);
  if (policy === 'report') return { leaks, kept: tested };
  const leaking = new Set(leaks.map(({ test }) => test.id));
  return { leaks, kept: tested.filter(({ id }) => !leaking.has(id)) };
}

function countKept(items: readonly ReadyCase[], kept: readonly ReadyCase[]): DataReport['ood'] {
  const keptOf = Map.groupBy(kept, ({ source }) => source);
  return Object.fromEntries(
    [...Map.groupBy(items, ({ source }) => source)].map(([source, of]) => [
      source,
      { items: of.length, kept: keptOf.get(source)?.length ?? 0 },
    ]),
  );
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
