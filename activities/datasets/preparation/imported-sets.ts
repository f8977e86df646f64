/** Imported sets as preparation reads them. */
import type { ArtifactRef } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import type { Case } from '../../../domain/cases/case.ts';
import type { Link } from '../../../domain/cases/groups.ts';
import { asConceptCase, type ConceptCase, type ReadyCase } from '../../../domain/cases/undiagnosed.ts';
import { userMistake } from '../../../domain/failures.ts';
import type { AdapterName, DataSource } from '../../../domain/recipe/data.ts';
import { conceptsOf } from '../../../domain/trajectories/concepts.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { concatRows, filterRows, flatMapRows, type Rows } from '../../rows.ts';
import { fetchRows } from '../../store/rows.ts';
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
  cases(): Promise<Rows<Case>>;
  ready(): Promise<Rows<ReadyCase>>;
  /** What is known of pictures that became no case. */
  links(): Promise<Rows<Link>>;
  /** Pictures with at least one concept, diagnosed ones among them. */
  concepts(): Promise<Rows<ConceptCase>>;
  /** Rows that became no case although their labels name a malignant disease. */
  malignantLeftOut(): Promise<LeftOutCount[]>;
}

/**
 * A source without what its use needs is a user's mistake.
 *
 * @param folder where its files are fetched to; its rows can be read while it stands
 */
export async function openSource(store: ArtifactStore, source: ImportedSource, folder: string): Promise<OpenSource> {
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
  const cases = () => fetchRows(store, manifest, files.cases.name, files.cases.schema, folder);
  return {
    ...source,
    facts,
    malignantLeftOut: () => readMalignantLeftOut(store, manifest),
    cases,
    ready: () => fetchRows(store, manifest, files.ready.name, files.ready.schema, folder),
    links: () => fetchRows(store, manifest, files.links.name, files.links.schema, folder),
    concepts: async () => {
      const undiagnosed = await fetchRows(store, manifest, files.concepts.name, files.concepts.schema, folder);
      const all = concatRows(flatMapRows(await cases(), asConceptCase), undiagnosed);
      return filterRows(all, (c) => conceptsOf(c).length > 0);
    },
  };
}

/** Digests of the sets by adapter, for keys. */
export const inputsOf = (sources: readonly OpenSource[]): Record<string, string> =>
  Object.fromEntries(sources.map(({ adapter, artifact }) => [adapter, artifact.sha256]));

/** What the sources of a use have, one after the other. */
export async function rowsOfSources<T>(
  sources: readonly OpenSource[],
  use: DataSource['use'],
  read: (source: OpenSource) => Promise<Rows<T>>,
): Promise<Rows<T>> {
  const parts: Rows<T>[] = [];
  for (const source of sources) if (source.use === use) parts.push(await read(source));
  return concatRows(...parts);
}

/** Pictures of the sets that are used for their concepts. */
export const conceptCases = (sources: readonly OpenSource[]): Promise<Rows<ConceptCase>> =>
  rowsOfSources(sources, 'concepts', (source) => source.concepts());

/** Labelled cases of all sets that are used for training, the textbook's among them. */
export const trainingCases = (sources: readonly OpenSource[]): Promise<Rows<Case>> =>
  rowsOfSources(sources, 'training', (source) => source.cases());
