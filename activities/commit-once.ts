/** Work that is done once in the life of a store, whichever run asks for it. */
import { type ArtifactKind, type ArtifactRef, type Json, workKey } from '../domain/artifact.ts';
import type { ArtifactStore } from './ports/artifact-store.ts';
import { commitFiles, type FileSource } from './store/commit.ts';

export interface Work {
  kind: ArtifactKind;
  /** Procedure and version, e.g. `questions/1`. */
  method: string;
  /** Digest of everything that is read. */
  inputs: Record<string, string>;
  params: Json;
  /** Under which it is found again, where that is not the digest of the three above. */
  key?: string;
}

export interface Made {
  facts: Json;
  /** Contents by file name; a text stands for itself. */
  files: Record<string, string | FileSource>;
}

/** The artifact of this work: the one in the store, else what `make` returns, committed. */
export async function commitOnce(store: ArtifactStore, work: Work, make: () => Promise<Made>): Promise<ArtifactRef> {
  const { kind, method, inputs, params } = work;
  const key = work.key ?? workKey({ method, inputs, params });
  const known = await store.find(kind, key);
  if (known) return known;
  const { facts, files } = await make();
  const sources = Object.entries(files).map(([name, file]) => [name, typeof file === 'string' ? { data: file } : file]);
  return commitFiles(store, { kind, key, method, inputs, params, facts }, Object.fromEntries(sources));
}
