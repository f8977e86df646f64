/** `dermflow export`: a model of a run as a folder, its adapter or the adapter merged into the base. */
import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import pino from 'pino';
import { z } from 'zod';
import { withScratchFolder } from '../../activities/scratch.ts';
import { materialise, readJson } from '../../activities/store/commit.ts';
import { mergeAdapter, requireEmpty } from '../../activities/trainer/merge.ts';
import { fetchPolicy, isPublicFile, isWhole } from '../../activities/trainer/model-folders.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { userMistake } from '../../domain/failures.ts';
import { isAdapterFile, isDistilled, peftFiles } from '../../domain/models/peft.ts';
import { parseModelReference } from '../../domain/models/reference.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';
import { ownEnvironment } from '../../platform/own-environment.ts';
import { checkpointOf, findRun, noFinalModel } from '../evaluate/known-runs.ts';
import { type Session, withSession } from '../session.ts';

interface ExportOptions {
  to: string;
  merged?: boolean;
  base?: string;
  json?: boolean;
}

export const exportCommand = (): Command =>
  new Command('export')
    .description('a model as a folder: its adapter, or with --merged one that Transformers loads alone')
    .argument('<model>', "RUN (its exported model), RUN@grpo-500, or an adapter's folder (./adapter) with --merged")
    .requiredOption('--to <folder>', 'where it is written; must be empty')
    .option('--merged', 'the adapter merged into its base, in the precision of the recipe')
    .option('--base <model>', `of an adapter's folder; default: what its ${peftFiles.config} names`)
    .option('--json', 'as a JSON object')
    .action(exportModel);

async function exportModel(name: string, options: ExportOptions): Promise<void> {
  const reference = parseModelReference(name);
  const to = resolve(options.to);
  if (reference.kind === 'path') await exportFolder(reference.path, to, options);
  else if (reference.kind === 'run') {
    const { run, which } = reference;
    await withSession((session) => exportRun(session, run, which, to, options.merged === true));
  } else throw userMistake(`${name}: give RUN, RUN@grpo-500, or the folder of an adapter (./adapter)`);
  console.log(options.json ? JSON.stringify({ model: name, merged: options.merged === true, folder: to }) : to);
}

async function exportRun(session: Session, run: string, which: string | null, to: string, merged: boolean) {
  const known = await findRun(session, run);
  const wanted = which === null ? known.adapter : checkpointOf(known, which);
  if (!wanted)
    throw which === null
      ? noFinalModel(known)
      : userMistake(`${run}@${which}: is the base model itself; there is nothing to export`);
  const store = await session.store();
  const names = Object.keys((await store.manifest(wanted)).files);
  if (!merged || isWhole(names)) {
    await requireEmpty(to);
    await materialise(store, wanted, to, wanted.kind === 'adapter' ? undefined : keepOf(names));
    return;
  }
  const { config } = artifactFiles.adapter;
  requireMergeable(which === null ? run : `${run}@${which}`, await readJson(store, wanted, config.name, config.schema));
  const { scratch } = session.environment;
  await withScratchFolder(scratch, 'export', async (folder) => {
    const adapter = (await fetchPolicy(store, wanted, folder)) ?? folder;
    await merge({ ...known.recipe.model, adapter }, to);
  });
}

/** Of a checkpoint: nothing of the trainer's state. */
const keepOf = (names: readonly string[]) => (isWhole(names) ? isPublicFile : isAdapterFile);

const configSchema = z.looseObject({
  base_model_name_or_path: z.string().nullish(),
  adapter_type: z.string().nullish(),
});

function requireMergeable(name: string, settings: { adapter_type?: unknown }): void {
  if (isDistilled(settings))
    throw userMistake(`${name}: adapters of a distillation are no part of any weights; leave --merged out`);
}

async function exportFolder(path: string, to: string, { merged, base }: ExportOptions): Promise<void> {
  if (!merged) throw userMistake(`${path}: is a folder already; with --merged it is merged into its base`);
  const file = join(resolve(path), peftFiles.config);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw userMistake(`${path}: has no ${peftFiles.config} (${file}); give the folder of an adapter`, error);
  });
  const settings = parseConfig(text, file);
  requireMergeable(path, settings);
  const named = base ?? settings.base_model_name_or_path;
  if (!named) throw userMistake(`${path}: its ${peftFiles.config} names no base model; give --base`);
  await merge({ base: named, precision: 'fp32', threads: cpus().length, adapter: resolve(path) }, to);
}

function parseConfig(text: string, file: string): z.infer<typeof configSchema> {
  try {
    return configSchema.parse(JSON.parse(text));
  } catch (error) {
    throw userMistake(`${file}: is not the configuration of an adapter; give the folder of an adapter`, error);
  }
}

type Merging = Pick<Recipe['model'], 'base' | 'precision' | 'threads'> & { adapter: string };

async function merge({ base, precision, threads, adapter }: Merging, to: string): Promise<void> {
  const { trainerPython: python, scratch } = ownEnvironment();
  const logger = pino({ level: 'silent' });
  await mergeAdapter({ python, logger }, { base, precision, threads, adapter, to }, scratch);
}
