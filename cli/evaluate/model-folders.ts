/** A folder of this machine as a model under test: an adapter or an ONNX export, which is put into the store, or a model. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { commitOnce } from '../../activities/commit-once.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { digestOfFile } from '../../activities/store/store.ts';
import type { ArtifactRef } from '../../domain/artifact.ts';
import { userMistake } from '../../domain/failures.ts';
import { isAdapterFile, peftFiles } from '../../domain/models/peft.ts';
import { publicBase } from '../../domain/models/public-base.ts';
import { jsonOrNull } from '../../domain/rows/json-text.ts';

type FoundModel =
  | { kind: 'adapter'; name: string; adapter: ArtifactRef }
  | { kind: 'onnx'; name: string; onnx: ArtifactRef }
  /** A base: a folder on the workers, or an id of the hub. */
  | { kind: 'base'; name: string; base: string };

const hubId = /^[\w-][\w.-]*\/[\w.-]+(@[\w.-]+)?$/;
const adapterConfigSchema = z.looseObject({ base_model_name_or_path: z.string().nullish() });

/**
 * Throws a user's mistake where the path is no model.
 *
 * @param base of the recipe whose data are asked: an adapter is put on it
 */
export async function findModelAt(
  path: string,
  base: string,
  store: () => Promise<ArtifactStore>,
): Promise<FoundModel> {
  const folder = resolve(path);
  const found = await stat(folder).catch(() => null);
  if (!found) {
    if (hubId.test(path)) return { kind: 'base', name: path, base: path };
    throw userMistake(`${path}: there is no such folder (${folder}), and it is not an id of the hub (owner/name)`);
  }
  const names = found.isDirectory() ? await readdir(folder) : [];
  const name = basename(folder);
  if (names.includes(peftFiles.config)) {
    await requireBase(path, join(folder, peftFiles.config), base);
    const files = names.filter(isAdapterFile);
    return { kind: 'adapter', name, adapter: await keep(await store(), 'adapter', folder, files) };
  }
  if (names.includes('onnx')) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
    if (!files.includes('onnx/decoder.onnx')) {
      throw userMistake(`${path}: onnx/ has no decoder.onnx; export the model again`);
    }
    return { kind: 'onnx', name, onnx: await keep(await store(), 'onnx', folder, files) };
  }
  if (names.includes('config.json')) return { kind: 'base', name, base: folder };
  throw userMistake(
    `${path}: is not a model: it holds neither ${peftFiles.config} (an adapter), config.json (a merged model) nor onnx/ (an export)`,
  );
}

/** An adapter on another base gives noise, without a word. */
async function requireBase(path: string, file: string, base: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const config = adapterConfigSchema.safeParse(jsonOrNull(text)).data;
  if (!config) throw userMistake(`${path}: ${peftFiles.config} is not a JSON object`);
  const named = config.base_model_name_or_path;
  if (!named) return;
  const [own, wanted] = [publicBase(named), publicBase(base)];
  if (!own.hub || !wanted.hub || own.name === wanted.name) return;
  throw userMistake(`${path}: is an adapter of ${own.name}, but the recipe of --data has model.base ${wanted.name}`);
}

/** The same files are stored once. */
async function keep(
  store: ArtifactStore,
  kind: 'adapter' | 'onnx',
  folder: string,
  names: readonly string[],
): Promise<ArtifactRef> {
  const files = Object.fromEntries(
    await Promise.all(
      names.toSorted().map(async (name) => {
        const path = join(folder, name);
        return [name, { path, known: { sha256: await digestOfFile(path), bytes: (await stat(path)).size } }] as const;
      }),
    ),
  );
  const params = Object.fromEntries(Object.entries(files).map(([name, { known }]) => [name, known.sha256]));
  return commitOnce(store, { kind, method: `${kind}-folder/1`, inputs: {}, params }, async () => ({
    facts: { folder: basename(folder) },
    files,
  }));
}
