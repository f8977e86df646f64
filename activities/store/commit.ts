/** Whole artifacts: files first, the manifest last. */
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { z } from 'zod';
import type { ArtifactRef, BlobRef, Manifest } from '../../domain/artifact.ts';
import { corrupt } from '../../domain/failures.ts';
import { concurrently } from '../concurrently.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';

/** Contents of one file of an artifact: a path, with its digest where that is known, the data, or what is stored already. */
export type FileSource = { path: string; known?: BlobRef } | { data: string | Uint8Array } | { blob: BlobRef };

export const transfersInFlight = 8;

/** Stores the files, then the manifest that names them. Until the last write nothing is visible. */
export async function commitFiles(
  store: ArtifactStore,
  description: Omit<Manifest, 'schema' | 'files'>,
  sources: Record<string, FileSource>,
): Promise<ArtifactRef> {
  const limit = pLimit(transfersInFlight);
  const put = async (source: FileSource): Promise<BlobRef> => {
    if ('blob' in source) return source.blob;
    return 'path' in source ? store.putFile(source.path, source.known) : store.putBlob(source.data);
  };
  const entries = await Promise.all(
    Object.entries(sources).map(async ([name, source]) => [name, await limit(() => put(source))] as const),
  );
  return store.commit({ ...description, files: Object.fromEntries(entries) });
}

/** Downloads the artifact's files below `folder`, each verified; `keep` chooses among them. */
export async function materialise(
  store: ArtifactStore,
  ref: ArtifactRef,
  folder: string,
  keep: (name: string) => boolean = () => true,
): Promise<Manifest> {
  const manifest = await store.manifest(ref);
  const files = Object.entries(manifest.files).filter(([name]) => keep(name));
  await fetchBlobs(
    store,
    files.map(([name, blob]) => [blob, join(folder, name)]),
  );
  return manifest;
}

/** Downloads blobs to paths, a few at a time: thousands that waited for their turn would be megabytes. */
export async function fetchBlobs(store: ArtifactStore, wanted: Iterable<readonly [BlobRef, string]>): Promise<void> {
  await concurrently(wanted, transfersInFlight, ([blob, path]) => store.getFile(blob, path));
}

export const fileOf = (manifest: Manifest, name: string): BlobRef => {
  const blob = manifest.files[name];
  if (!blob) throw corrupt(`${manifest.kind} ${manifest.key} has no file ${name}`);
  return blob;
};

/** Text of one file of an artifact. */
export async function readText(store: ArtifactStore, artifact: Manifest | ArtifactRef, name: string): Promise<string> {
  const manifest = 'files' in artifact ? artifact : await store.manifest(artifact);
  return new TextDecoder().decode(await store.getBlob(fileOf(manifest, name)));
}

/** A JSON file of an artifact, parsed by its schema. */
export async function readJson<T>(
  store: ArtifactStore,
  artifact: Manifest | ArtifactRef,
  name: string,
  schema: z.ZodType<T>,
): Promise<T> {
  return schema.parse(JSON.parse(await readText(store, artifact, name)));
}
