/** The data sets of a recipe, below one folder of this machine. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { userMistake } from '../../domain/failures.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import type { AdapterName, DataSource, Recipe } from '../../domain/recipe.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { importDataset } from './import.ts';
import { requireFolder } from './source.ts';

export interface SourcesRequest {
  store: ArtifactStore;
  recipe: Recipe;
  folder: string;
  knowledge: Knowledge;
  scratch: string;
  onProgress?: (phase: string, done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Imports every source that has no reference yet and returns the recipe with all of them. `folder` has a folder per
 * adapter (`DIR/derm7pt`); where only one source is not in such a folder, `DIR` itself is taken for it, so that a single
 * set with its `textbook/` needs no folder more.
 */
export async function importSources(request: SourcesRequest): Promise<Recipe> {
  const { recipe, folder, onProgress } = request;
  await requireFolder(folder);
  const { generate: _, ...data } = recipe.data;
  const places = await findFolders(
    folder,
    data.sources.filter(({ imported }) => !imported).map(({ adapter }) => adapter),
  );
  const { maxPixels, snapTo, maxBadShare } = data;
  const sources: DataSource[] = [];
  for (const source of data.sources) {
    const place = places.get(source.adapter);
    if (place === undefined) {
      sources.push(source);
      continue;
    }
    const imported = await importDataset({
      ...request,
      adapter: source.adapter,
      folder: place,
      settings: { maxPixels, snapTo, maxBadShare },
      onProgress: (phase, done, total) => onProgress?.(`${phase} ${source.adapter}`, done, total),
    });
    sources.push({ ...source, imported });
  }
  return { ...recipe, data: { ...data, sources } };
}

/** Folder of each adapter below `folder`; for the only one without a folder of its name, `folder` itself. */
export async function findFolders(
  folder: string,
  adapters: readonly AdapterName[],
): Promise<ReadonlyMap<AdapterName, string>> {
  const own = await Promise.all(adapters.map(async (name) => [name, await isFolder(join(folder, name))] as const));
  const without = own.filter(([, found]) => !found).map(([name]) => name);
  if (without.length > 1) {
    throw userMistake(
      `${folder}: holds no folder ${without.join('/, ')}/; put each data set into a folder of its adapter's name`,
    );
  }
  return new Map(own.map(([name, found]) => [name, found ? join(folder, name) : folder]));
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
