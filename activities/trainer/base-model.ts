/** What a base model is: the digest that is a part of the keys of training results; and whether a run can begin with it. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { canonicalJson, digestOf } from '../../domain/artifact.ts';
import type { ModelRef } from '../../domain/contracts/references.ts';
import { userMistake } from '../../domain/failures.ts';
import { methodOf, usesOf } from '../../domain/methods/index.ts';
import { exportedModelType } from '../../domain/plan/architecture.ts';
import { requireEvenBatches } from '../../domain/plan/even-batches.ts';
import { requireOpenPaths } from '../../domain/plan/paths.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';
import type { TrainedStage } from '../../domain/stages/index.ts';
import { loraOf } from '../../domain/stages/stage-row.ts';
import type { TrainerPlace } from '../../platform/env.ts';
import { digestOfFile } from '../store/store.ts';
import { modelPath } from './model-folders.ts';
import { type PreflightRequest, preflight } from './preflight.ts';

const hubId = /^[\w.-]+\/[\w.-]+(@[\w./-]+)?$/;

/** The machine that asks, and the run that is about to begin there; null: the model is only evaluated. */
interface Machine {
  python: string;
  run: { place: TrainerPlace; recipe: Recipe } | null;
}

/**
 * A folder is known by the digest of its files' digests; a hub id (`owner/name`) by its name and the commit that it
 * stands for now, which every later use of the reference names. `onProgress` counts files. Throws a user's mistake for
 * what this machine cannot do of the run, before any of it begins.
 */
export async function identifyModel(
  base: string,
  { python, run }: Machine,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<ModelRef> {
  if (run) requireRunnable(run);
  const needs = run ? neededModules(run) : [];
  const path = modelPath({ base, sha256: '' });
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) {
    if (needs.length > 0) await preflight(python, { model: null, needs });
    const type = await modelType(path);
    if (run) requireRuntime(run.recipe, type);
    return { base: base === 'tiny' ? base : resolve(path), sha256: await digestOfFolder(path, onProgress) };
  }
  if (hubId.test(base) && !isAbsolute(base)) {
    const { model, type } = await preflight(python, { model: base, needs });
    if (run) requireRuntime(run.recipe, type);
    return { base: model ?? base, sha256: digestOf(`hub:${model ?? base}`) };
  }
  throw userMistake(
    `model.base: there is no folder ${base}; give a folder in Hugging Face layout, a hub id, or "tiny"`,
  );
}

function requireRunnable({ place, recipe }: NonNullable<Machine['run']>): void {
  requireOthers(place);
  const uses = usesOf(recipe);
  requireOpenPaths(place, uses);
  requireEvenBatches(methodOf(recipe).stages, recipe, place.processes * place.machines);
  const served = uses.stages.find(({ rollouts }) => rollouts?.engine === 'vllm-server');
  if (served && place.vllm.server === null) {
    throw userMistake(
      `${served.rollouts?.setting}.rollouts is "vllm-server": this gpu worker does not know the server; set DERMFLOW_VLLM_SERVER to the address of "trl vllm-serve", or take "transformers"`,
    );
  }
}

/** Otherwise it would be known only when the first stage is to train. */
function requireOthers({ machines, mainAddress, launcher }: TrainerPlace): void {
  const lacks = mainAddress === '' ? 'MAIN_ADDRESS' : launcher.length === 0 ? 'LAUNCHER' : null;
  if (machines > 1 && lacks !== null) {
    throw userMistake(
      `environment: DERMFLOW_TRAINER_MACHINES is ${machines} on this gpu worker, but DERMFLOW_TRAINER_${lacks} is not set: the others cannot be started or found; set it, or train on one machine`,
    );
  }
}

/** Modules that the locked environment does not hold. */
function neededModules({ place, recipe }: NonNullable<Machine['run']>): PreflightRequest['needs'] {
  const { attention, sharding, tracking, processes, machines } = place;
  const { stages } = usesOf(recipe);
  return [
    ...(attention === 'flash_attention_2' ? [{ module: 'flash_attn', setting: 'DERMFLOW_TRAINER_ATTENTION' }] : []),
    ...tracking.map((module) => ({ module, setting: 'DERMFLOW_TRAINER_TRACKING' })),
    ...(sharding.startsWith('zero') && processes * machines > 1
      ? [{ module: 'deepspeed', setting: 'DERMFLOW_TRAINER_SHARDING' }]
      : []),
    ...settings(stages, quantised).map((setting) => ({ module: 'bitsandbytes', setting })),
    ...settings(stages, sampledElsewhere).map((setting) => ({ module: 'vllm', setting })),
  ];
}

/** Each once: stages share parts of a recipe. */
const settings = (stages: readonly TrainedStage[], of: (stage: TrainedStage) => string[]): string[] => [
  ...new Set(stages.flatMap(of)),
];

/** The setting by which it holds its base in four bits. */
const quantised = ({ weights }: TrainedStage): string[] =>
  loraOf(weights)?.quantise ? [`${weights.setting}.quantise`] : [];

const sampledElsewhere = ({ rollouts }: TrainedStage): string[] =>
  rollouts === null || rollouts.engine === 'transformers' ? [] : [`${rollouts.setting}.rollouts`];

function requireRuntime({ evaluation, model }: Recipe, type: string | null): void {
  if (evaluation.runtime !== 'onnx' || type === null || type === exportedModelType) return;
  throw userMistake(
    `evaluation.runtime is "onnx": only models of type ${exportedModelType} can be exported, and ${model.base} is of type ${type}; take "transformers"`,
  );
}

const configSchema = z.object({ model_type: z.string().optional() });

/** Null where its configuration does not say it. */
async function modelType(folder: string): Promise<string | null> {
  const text = await readFile(join(folder, 'config.json'), 'utf8').catch((error: unknown) => {
    throw userMistake(`model.base: ${folder} has no config.json; it is not a model in Hugging Face layout`, error);
  });
  try {
    return configSchema.parse(JSON.parse(text)).model_type ?? null;
  } catch (error) {
    throw userMistake(`model.base: ${join(folder, 'config.json')} cannot be read as a configuration`, error);
  }
}

/** Files that say how a model was made, not what it is. */
const records = ['BUILD.json', 'README.md'];

async function digestOfFolder(folder: string, onProgress: (done: number, total: number) => void): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !records.includes(entry.name));
  const digests: Record<string, string> = {};
  for (const [done, file] of files.entries()) {
    onProgress(done, files.length);
    const path = join(file.parentPath, file.name);
    digests[relative(folder, path)] = await digestOfFile(path);
  }
  return digestOf(canonicalJson(digests));
}
