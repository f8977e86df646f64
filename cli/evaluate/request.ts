/** What `dermflow evaluate` was asked for, as the input of the workflow. */
import { readFile } from 'node:fs/promises';
import { canonicalJson, digestOf } from '../../domain/artifact.ts';
import { benchmarkNamed } from '../../domain/benchmarks/catalogue/index.ts';
import {
  type BenchmarkChoice,
  type EvaluateModelsInput,
  parseEvaluateModels,
} from '../../domain/contracts/benchmarks.ts';
import type { ReaderName } from '../../domain/evaluation/scored.ts';
import { userMistake } from '../../domain/failures.ts';
import { parseModelReference } from '../../domain/models/reference.ts';
import { evaluationRunId } from '../../domain/names.ts';
import { parseProfile } from '../../domain/prompts/parse-profile.ts';
import type { EvaluationProfile } from '../../domain/prompts/profile.ts';
import { evaluationProfile } from '../../domain/prompts/prompts.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';
import type { Environment } from '../../platform/env.ts';
import { storeEncoder } from '../encoder.ts';
import type { Session } from '../session.ts';
import { hasRecipe, readRecipe } from '../start/recipes.ts';
import { findRun } from './known-runs.ts';
import { resolveModels } from './models.ts';
import { parseJudge } from './narratives/judge.ts';
import { isOwnItems, storeOwnItems } from './own-items.ts';

export interface EvaluateOptions {
  benchmark: string[];
  /** A run, or a recipe by name or file. */
  data?: string;
  limit?: number;
  samples: number;
  temperature?: number;
  seed?: number;
  /** False: each model is shown grey pictures too. */
  image: boolean;
  prompts?: string;
  reader: ReaderName;
  runtime?: 'onnx' | 'transformers';
  maxNewTokens?: number;
  batchSize?: number;
  threads?: number;
  /** A graph, or a file of its settings. */
  encoder?: string;
  /** The language model that scores answers as narratives, with its settings. */
  judge?: string;
  /** Of files of items, the folder that holds their pictures. */
  pictures?: string;
}

export type RequestSession = Pick<Session, 'client' | 'store' | 'workers'> & {
  environment: Pick<Environment, 'scratch'>;
};

/** Throws a user's mistake in one line where a name, a flag or the data are wrong; starts nothing. */
export async function readRequest(
  names: readonly string[],
  options: EvaluateOptions,
  session: RequestSession,
): Promise<EvaluateModelsInput> {
  if (options.benchmark.length === 0) throw userMistake('--benchmark is missing: name one or more, e.g. id-diagnosis');
  for (const name of options.benchmark) if (!isOwnItems(name)) benchmarkNamed(name);
  // A mistake in a name is reported before anything is looked for.
  const references = names.map(parseModelReference);
  const judge = options.judge === undefined ? null : parseJudge(options.judge);
  const run = references.find((reference) => reference.kind === 'run')?.run;
  const { recipe, baseSha256, data } = await readData(options.data ?? run, session);
  const { evaluation, model, prompts } = recipe;
  const defaults = {
    ...{ recipe, baseSha256, reader: options.reader, runtime: options.runtime ?? null },
    profile: await readProfile(options.prompts ?? prompts),
  };
  const { samples, temperature = samples > 1 ? 1 : 0 } = options;
  return parseEvaluateModels({
    models: await resolveModels(names, !options.image, defaults, session),
    benchmarks: await Promise.all(options.benchmark.map((name) => chosen(name, recipe, options.pictures, session))),
    data,
    asking: {
      decoding: {
        maxNewTokens: options.maxNewTokens ?? evaluation.maxNewTokens,
        temperature,
        seed: options.seed ?? recipe.seed,
      },
      ...{ samples, limit: options.limit ?? null },
      batchSize: options.batchSize ?? evaluation.batchSize,
      threads: options.threads ?? model.threads,
    },
    ...(options.encoder === undefined
      ? {}
      : { encoder: await storeEncoder(options.encoder, await session.store({ writes: true })) }),
    ...(judge ? { judge } : {}),
  } satisfies EvaluateModelsInput);
}

/** The same request is the same evaluation. */
export const idOf = (input: EvaluateModelsInput): string => evaluationRunId(digestOf(canonicalJson(input)));

/** Pictures of one's own get the size of the recipe's. */
async function chosen(
  name: string,
  { data }: Recipe,
  pictures: string | undefined,
  session: RequestSession,
): Promise<BenchmarkChoice> {
  if (!isOwnItems(name)) return name;
  const into = { store: await session.store({ writes: true }), scratch: session.environment.scratch };
  return storeOwnItems(name, data, into, pictures);
}

/** A profile of the product by name, or one of the user's own by path. */
async function readProfile(named: string): Promise<EvaluationProfile> {
  if (!/[./\\]/.test(named)) return evaluationProfile(named);
  const text = await readFile(named, 'utf8').catch((error: unknown) => {
    throw userMistake(`${named}: cannot be read (${String(error)}); give the path of a prompt profile`, error);
  });
  return parseProfile(text, named);
}

interface Data {
  recipe: Recipe;
  baseSha256: string | null;
  data: EvaluateModelsInput['data'];
}

async function readData(named: string | undefined, session: RequestSession): Promise<Data> {
  if (named === undefined) {
    throw userMistake('--data is missing: name a run whose questions are asked, or a recipe, e.g. --data demo');
  }
  // What is no recipe's name or file is a run's; a recipe with a mistake is none.
  if ((await hasRecipe(named)) || !/^[a-z0-9][a-z0-9._-]*$/.test(named)) {
    const recipe = await readRecipe(named);
    return { recipe, baseSha256: null, data: { recipe: toJson(recipe) } };
  }
  const { recipe: own, baseSha256, data } = await findRun(session, named);
  return { recipe: own, baseSha256, data: data ?? { recipe: toJson(own) } };
}

const toJson = (recipe: Recipe) => JSON.parse(canonicalJson(recipe));
