/** Data, on cpu workers. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type Manifest, workKey } from '../../domain/artifact.ts';
import type { CasesRecipe, CasesResult, DatasetActivities } from '../../domain/contracts/data.ts';
import { userMistake } from '../../domain/failures.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import type { DataSource, GeneratedSpec } from '../../domain/recipe/data.ts';
import type { Environment } from '../../platform/env.ts';
import { type WorkProgress, withHeartbeats } from '../heartbeats.ts';
import { loadKnowledge } from '../knowledge.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { withScratchFolder } from '../scratch.ts';
import { textbookFolder } from './adapters/textbook.ts';
import { writeDemoDataset } from './demo.ts';
import { type Encoder, openEncoder } from './encoder/encoder.ts';
import { imageSoftware } from './images/intake.ts';
import { importDataset, importMethod } from './import/import-dataset.ts';
import { deriveCases, deriveData, type Workplace } from './preparation/derive-data.ts';
import type { ImportedSource } from './preparation/imported-sets.ts';

interface DatasetDependencies {
  store: ArtifactStore;
  environment: Pick<Environment, 'scratch' | 'plugins'>;
  logger: Logger;
}

interface Generation {
  spec: GeneratedSpec;
  recipe: CasesRecipe;
  knowledge: Knowledge;
  report: (progress: WorkProgress) => void;
  signal: AbortSignal;
}

type Derive<R, T> = (
  workplace: Workplace,
  imported: readonly ImportedSource[],
  recipe: R,
  knowledge: Knowledge,
  encoder: Encoder | null,
) => Promise<T>;

export function createDatasetActivities({ store, environment, logger }: DatasetDependencies): DatasetActivities {
  return {
    prepareData: ({ recipe }) => prepare(recipe, deriveData),
    prepareCases: ({ recipe }) => prepare(recipe, deriveCases),
  };

  function prepare<R extends CasesRecipe, T extends CasesResult>(recipe: R, derive: Derive<R, T>): Promise<T> {
    return withHeartbeats(async (report, signal) => {
      const knowledge = await loadKnowledge();
      const { generate: spec } = recipe.data;
      const { plugins, scratch } = environment;
      const encoder = await openEncoder(recipe.data.encoder, { store, plugins, report, signal });
      const sources = spec
        ? await generate({ spec, recipe, knowledge, report, signal })
        : await Promise.all(recipe.data.sources.map((source) => requireImported(source, recipe)));
      const result = await derive({ store, scratch }, sources, recipe, knowledge, encoder);
      logger.info({ ...result.counts }, 'data prepared');
      return result;
    });
  }

  /** Draws the demo's cases and reads them back by the adapters, unless that was done before. */
  async function generate({ spec, recipe, knowledge, report, signal }: Generation): Promise<ImportedSource[]> {
    if (recipe.data.sources.some(({ imported }) => imported)) {
      throw userMistake('data.generate is given and a source is imported; remove one');
    }
    const { maxPixels, snapTo, maxBadShare } = recipe.data;
    const settings = { maxPixels, snapTo, maxBadShare };
    const drawn = recipe.data.sources.map(({ adapter, use }) => {
      const params = { adapter, ...settings, spec, seed: recipe.seed, software: imageSoftware };
      return { adapter, use, key: workKey({ method: 'generate/5', inputs: { knowledge: knowledge.digest }, params }) };
    });
    const known = await Promise.all(drawn.map(({ key }) => store.find('dataset', key)));
    const found = drawn.flatMap((source, i) => (known[i] ? [{ ...source, artifact: known[i] }] : []));
    if (found.length === drawn.length) return found;
    return withScratchFolder(environment.scratch, 'generated', async (folder) => {
      await writeDemoDataset(
        folder,
        spec,
        recipe.seed,
        (done, total) => report({ phase: 'drawing', done, total }),
        signal,
      );
      const onProgress = (phase: string, done: number, total: number): void => report({ phase, done, total });
      const { scratch } = environment;
      const sources: ImportedSource[] = [];
      for (const { adapter, use, key } of drawn) {
        const place = adapter === 'textbook' ? join(folder, textbookFolder) : folder;
        const request = { store, folder: place, adapter, settings, knowledge, scratch, key, onProgress, signal };
        sources.push({ adapter, use, artifact: await importDataset(request) });
      }
      return sources;
    });
  }

  /** The artifact that `--data DIR` made, if its images have the size that the recipe asks for. */
  async function requireImported(
    { adapter, use, imported }: DataSource,
    { data }: CasesRecipe,
  ): Promise<ImportedSource> {
    if (!imported) throw userMistake(`data.sources: ${adapter} is not imported; give the data by --data DIR`);
    const { params, method } = await store.manifest(imported);
    if (method !== importMethod) {
      throw userMistake(
        `data.sources: ${adapter}: was imported by ${method}, this version reads ${importMethod}; import it again by --data DIR`,
      );
    }
    for (const [name, wanted] of Object.entries({ adapter, maxPixels: data.maxPixels, snapTo: data.snapTo })) {
      const made = paramOf(params, name);
      if (made !== wanted) {
        throw userMistake(
          `data.sources: ${adapter}: ${name} should be ${wanted} but the data were imported with ${made}; import them again by --data DIR`,
        );
      }
    }
    return { adapter, use, artifact: imported };
  }
}

const paramOf = (params: Manifest['params'], name: string): unknown =>
  typeof params === 'object' && params !== null && !Array.isArray(params) ? params[name] : undefined;
