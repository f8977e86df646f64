/** The data stage, on cpu workers. */
import type { Logger } from 'pino';
import { type ArtifactRef, type Manifest, workKey } from '../../domain/artifact.ts';
import type { DatasetActivities } from '../../domain/contracts.ts';
import { userMistake } from '../../domain/failures.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import type { GeneratedSpec, Recipe } from '../../domain/recipe.ts';
import type { Environment } from '../../infra/env.ts';
import { type WorkProgress, withHeartbeats } from '../heartbeats.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { withScratchFolder } from '../scratch.ts';
import { writeDemoDataset } from './demo.ts';
import { imageSoftware } from './images.ts';
import { importDataset } from './import.ts';
import { loadKnowledge } from './knowledge.ts';
import { deriveData } from './prepare.ts';

export interface DatasetDependencies {
  store: ArtifactStore;
  environment: Pick<Environment, 'scratch'>;
  logger: Logger;
}

interface Generation {
  spec: GeneratedSpec;
  recipe: Recipe;
  knowledge: Knowledge;
  report: (progress: WorkProgress) => void;
  signal: AbortSignal;
}

export function createDatasetActivities({ store, environment, logger }: DatasetDependencies): DatasetActivities {
  return {
    prepareData: ({ recipe }) =>
      withHeartbeats(async (report, signal) => {
        const knowledge = await loadKnowledge();
        const { generate: spec, imported } = recipe.data;
        if (spec && imported) throw userMistake('data.generate and data.imported are both given; remove one');
        const source = spec
          ? await generate({ spec, recipe, knowledge, report, signal })
          : await requireImported(imported, recipe);
        const result = await deriveData(store, source, recipe, knowledge);
        logger.info({ ...result.counts }, 'data prepared');
        return result;
      }),
  };

  /** Draws the demo's cases and reads them back by the adapter, unless that was done before. */
  async function generate({ spec, recipe, knowledge, report, signal }: Generation): Promise<ArtifactRef> {
    const { adapter, maxPixels, snapTo, maxBadShare } = recipe.data;
    const settings = { maxPixels, snapTo, maxBadShare };
    const params = { adapter, ...settings, spec, seed: recipe.seed, software: imageSoftware };
    const key = workKey({ method: 'generate/1', inputs: { knowledge: knowledge.digest }, params });
    const known = await store.find('dataset', key);
    if (known) return known;
    return withScratchFolder(environment.scratch, 'generated', async (folder) => {
      await writeDemoDataset(
        folder,
        spec,
        recipe.seed,
        (done, total) => report({ phase: 'drawing', done, total }),
        signal,
      );
      const onProgress = (phase: string, done: number, total: number): void => report({ phase, done, total });
      return importDataset({ store, folder, adapter, settings, knowledge, key, onProgress, signal });
    });
  }

  /** The artifact that `--data DIR` made, if its images have the size that the recipe asks for. */
  async function requireImported(imported: ArtifactRef | undefined, { data }: Recipe): Promise<ArtifactRef> {
    if (!imported) throw userMistake('data.generate and data.imported are both missing; give the data by --data DIR');
    const { params } = await store.manifest(imported);
    for (const name of ['adapter', 'maxPixels', 'snapTo'] as const) {
      const made = paramOf(params, name);
      if (made !== data[name]) {
        throw userMistake(
          `data.${name} is ${data[name]} but the data were imported with ${made}; import them again by --data DIR`,
        );
      }
    }
    return imported;
  }
}

const paramOf = (params: Manifest['params'], name: string): unknown =>
  typeof params === 'object' && params !== null && !Array.isArray(params) ? params[name] : undefined;
