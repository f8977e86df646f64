/** Imported sets as the data stage reads them. */
import type { ArtifactRef } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { Case } from '../../../domain/cases/case.ts';
import type { Link } from '../../../domain/cases/groups.ts';
import { asConceptCase, type ConceptCase, type ReadyCase } from '../../../domain/cases/undiagnosed.ts';
import { userMistake } from '../../../domain/failures.ts';
import type { AdapterName, DataSource } from '../../../domain/recipe/data.ts';
import { conceptsOf } from '../../../domain/trajectories/concepts.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { readJsonLines } from '../../store/rows.ts';
import type { LeftOutCount } from '../import/first-pass.ts';
import { importFactsSchema, readMalignantLeftOut } from '../import/import-dataset.ts';

const files = artifactFiles.dataset;

/** A source of the recipe with its imported artifact. */
export interface ImportedSource {
  adapter: AdapterName;
  use: DataSource['use'];
  artifact: ArtifactRef;
}

export interface OpenSource extends ImportedSource {
  facts: ReturnType<typeof importFactsSchema.parse>;
  cases(): Promise<Case[]>;
  ready(): Promise<ReadyCase[]>;
  /** What is known of pictures that became no case. */
  links(): Promise<Link[]>;
  /** Pictures with at least one concept, diagnosed ones among them. */
  concepts(): Promise<ConceptCase[]>;
  /** Rows that became no case although their labels name a malignant disease. */
  malignantLeftOut(): Promise<LeftOutCount[]>;
}

/** A source without what its use needs is a user's mistake. */
export async function openSource(store: ArtifactStore, source: ImportedSource): Promise<OpenSource> {
  const manifest = await store.manifest(source.artifact);
  const facts = importFactsSchema.parse(manifest.facts);
  const { adapter, use } = source;
  if (use === 'ood' && facts.ready === 0) {
    throw userMistake(
      `data.sources: ${adapter} has no questions of its own, so it cannot be used for ood; remove use: ood`,
    );
  }
  if (use !== 'ood' && facts.cases + facts.concepts === 0) {
    throw userMistake(`data.sources: ${adapter} has questions only; give it use: ood`);
  }
  const cases = () => readJsonLines(store, manifest, files.cases.name, files.cases.schema);
  return {
    ...source,
    facts,
    malignantLeftOut: () => readMalignantLeftOut(store, manifest),
    cases,
    ready: () => readJsonLines(store, manifest, files.ready.name, files.ready.schema),
    links: () => readJsonLines(store, manifest, files.links.name, files.links.schema),
    concepts: async () => {
      const undiagnosed = await readJsonLines(store, manifest, files.concepts.name, files.concepts.schema);
      return [...(await cases()).flatMap(asConceptCase), ...undiagnosed].filter((c) => conceptsOf(c).length > 0);
    },
  };
}

/** Digests of the sets by adapter, for keys. */
export const inputsOf = (sources: readonly OpenSource[]): Record<string, string> =>
  Object.fromEntries(sources.map(({ adapter, artifact }) => [adapter, artifact.sha256]));

/** Pictures of the sets that are used for their concepts. */
export const conceptCases = async (sources: readonly OpenSource[]): Promise<ConceptCase[]> =>
  (await Promise.all(sources.filter(({ use }) => use === 'concepts').map((source) => source.concepts()))).flat();

/** Labelled cases of all sets that are used for training, the textbook's among them. */
export const trainingCases = async (sources: readonly OpenSource[]): Promise<Case[]> =>
  (await Promise.all(sources.filter(({ use }) => use === 'training').map((source) => source.cases()))).flat();
