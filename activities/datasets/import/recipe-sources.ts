/** The data sets of a recipe, below one folder of this machine. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { userMistake } from '../../../domain/failures.ts';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import type { AdapterName, DataSource } from '../../../domain/recipe/data.ts';
import type { Recipe } from '../../../domain/recipe/recipe.ts';
import { listSome } from '../../../domain/words.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import { isZipName, plainName } from '../opening/names.ts';
import { requireFolder } from '../opening/require-folder.ts';
import { importDataset } from './import-dataset.ts';

export interface SourcesRequest<R extends Pick<Recipe, 'data'> = Recipe> {
  store: ArtifactStore;
  recipe: R;
  folder: string;
  knowledge: Knowledge;
  scratch: string;
  onProgress?: (phase: string, done: number, total: number) => void;
  onNote?: (note: string) => void;
  signal?: AbortSignal;
}

/**
 * Imports every source that has no reference yet and returns the recipe with all of them. `folder` has a folder per
 * adapter (`DIR/derm7pt`, in any letter case and punctuation, or `derm7pt.zip`); where only one source is not in such a folder, `DIR` itself is taken for it, so that a single
 * set with its `textbook/` needs no folder more.
 */
export async function importSources<R extends Pick<Recipe, 'data'>>(request: SourcesRequest<R>): Promise<R> {
  const { recipe, folder, onProgress, onNote } = request;
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
      ...place,
      settings: { maxPixels, snapTo, maxBadShare },
      onProgress: (phase, done, total) => onProgress?.(`${phase} ${source.adapter}`, done, total),
      onNote: (note) => onNote?.(`${source.adapter}: ${note}`),
    });
    sources.push({ ...source, imported });
  }
  return { ...recipe, data: { ...data, sources } };
}

/** Where a source lies. */
interface SourceFolder {
  /** A folder or a zip archive. */
  folder: string;
  /** Folders in it that hold other sources. */
  except: string[];
}

/** Place of each adapter below `folder`; for the only one without a folder of its name, `folder` itself. */
export async function findFolders(
  folder: string,
  adapters: readonly AdapterName[],
): Promise<ReadonlyMap<AdapterName, SourceFolder>> {
  const entries = await readdir(folder).catch((error: unknown) => {
    throw userMistake(`${folder}: cannot be read; give the folder of the data sets`, error);
  });
  const own = adapters.map((adapter) => [adapter, placeOf(adapter, folder, entries)] as const);
  const without = own.filter(([, found]) => found === undefined).map(([name]) => name);
  if (without.length > 1) {
    const names = entries.length === 0 ? 'nothing' : listSome(entries.toSorted(), 12);
    throw userMistake(
      `${folder}: holds no folder ${without.join('/, ')}/, but ${names}; put each data set into a folder of its adapter's name`,
    );
  }
  const others = own.flatMap(([, found]) => found ?? []);
  return new Map(
    own.map(([name, found]) => [
      name,
      found === undefined ? { folder, except: others } : { folder: join(folder, found), except: [] },
    ]),
  );
}

/** `PAD-UFES-20`, `pad_ufes_20` and `PAD-UFES-20.zip` are all `pad-ufes-20`; a folder goes before an archive. */
function placeOf(adapter: AdapterName, folder: string, entries: readonly string[]): string | undefined {
  const named = entries.filter((entry) => plainName(entry.replace(/\.zip$/i, '')) === plainName(adapter));
  const folders = named.filter((entry) => !isZipName(entry));
  const [first, second] = folders.length > 0 ? folders : named;
  if (first !== undefined && second !== undefined) {
    throw userMistake(`${folder}: holds both ${first} and ${second}, which are both ${adapter}; remove one`);
  }
  return first;
}
