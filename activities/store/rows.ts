/** An artifact's files of JSON, read piece by piece: rows of JSON lines, and single values that are large. */
import { access } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { z } from 'zod';
import type { ArtifactRef, Manifest } from '../../domain/artifact.ts';
import { readJsonFile } from '../json-file.ts';
import { fileRows, parseLines } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { listRows, type Rows } from '../rows.ts';
import { withScratchFolder } from '../scratch.ts';
import { fileOf } from './commit.ts';

/** Where rows are read from, and below which folder of this machine they lie meanwhile. */
export interface ReadingFrom {
  store: ArtifactStore;
  scratch: string;
}

/**
 * Fetches a file below `folder`, unless it lies there, and gives its rows, one at a time; they can be read while the
 * folder stands.
 */
export async function fetchRows<T>(
  store: ArtifactStore,
  artifact: Manifest | ArtifactRef,
  name: string,
  schema: z.ZodType<T>,
  folder: string,
): Promise<Rows<T>> {
  const manifest = await manifestOf(store, artifact);
  return fileRows(await fetchFile(store, manifest, name, folder), schema, describe(manifest, name));
}

/** Runs `work` with the rows of a file, on this machine's disk meanwhile: for those who have no folder of their own. */
export const withRows = <T, R>(
  { store, scratch }: ReadingFrom,
  artifact: Manifest | ArtifactRef,
  { name, schema }: { name: string; schema: z.ZodType<T> },
  work: (rows: Rows<T>) => Promise<R>,
): Promise<R> =>
  withScratchFolder(scratch, 'rows', async (folder) => work(await fetchRows(store, artifact, name, schema, folder)));

/** The value of a JSON file that is too large to be read as one text; `onPart` is that of `readJsonFile`. */
export async function fetchJson<T>(
  store: ArtifactStore,
  artifact: Manifest | ArtifactRef,
  name: string,
  schema: z.ZodType<T>,
  folder: string,
  onPart?: (part: unknown) => void,
): Promise<T> {
  const manifest = await manifestOf(store, artifact);
  return readJsonFile(await fetchFile(store, manifest, name, folder), schema, describe(manifest, name), onPart);
}

async function fetchFile(store: ArtifactStore, manifest: Manifest, name: string, folder: string): Promise<string> {
  const blob = fileOf(manifest, name);
  const path = join(folder, `${blob.sha256}${extname(name)}`);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) await store.getFile(blob, path);
  return path;
}

/** All rows of a file as a list: for those that are few, such as a training log. */
export async function readJsonLines<T>(
  store: ArtifactStore,
  artifact: Manifest | ArtifactRef,
  name: string,
  schema: z.ZodType<T>,
): Promise<T[]> {
  const manifest = await manifestOf(store, artifact);
  const bytes = await store.getBlob(fileOf(manifest, name));
  return listRows(parseLines([bytes], schema, describe(manifest, name)));
}

const manifestOf = async (store: ArtifactStore, artifact: Manifest | ArtifactRef): Promise<Manifest> =>
  'files' in artifact ? artifact : store.manifest(artifact);

/** For messages. */
const describe = ({ kind, key }: Manifest, name: string): string => `${kind} ${key}: ${name}`;
