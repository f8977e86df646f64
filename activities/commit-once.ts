/** Work that is done once in the life of a store, whichever run asks for it. */
import { type ArtifactKind, type ArtifactRef, type Json, workKey } from '../domain/artifact.ts';
import type { ArtifactStore } from './ports/artifact-store.ts';
import { commitFiles } from './store/commit.ts';

export interface Work {
  kind: ArtifactKind;
  /** Procedure and version, e.g. `questions/1`. */
  method: string;
  /** Digest of everything that is read. */
  inputs: Record<string, string>;
  params: Json;
}

export interface Outcome {
  facts: Json;
  /** Contents by file name. */
  files: Record<string, string>;
}

/** The artifact of this work: the one in the store, else what `make` returns, committed. */
export async function commitOnce(store: ArtifactStore, work: Work, make: () => Promise<Outcome>): Promise<ArtifactRef> {
  const { kind, method, inputs, params } = work;
  const key = workKey({ method, inputs, params });
  const known = await store.find(kind, key);
  if (known) return known;
  const { facts, files } = await make();
  const contents = Object.fromEntries(Object.entries(files).map(([name, data]) => [name, { data }]));
  return commitFiles(store, { kind, key, method, inputs, params, facts }, contents);
}
