/** `dermflow plan`: what a recipe will do, before anything starts. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { countData, countGenerated } from '../../activities/datasets/preparation/count.ts';
import { loadKnowledge } from '../../activities/knowledge.ts';
import { modelPath } from '../../activities/trainer/model-folders.ts';
import { userMistake } from '../../domain/failures.ts';
import { methodOf, usesOf } from '../../domain/methods/index.ts';
import { publicBase } from '../../domain/models/public-base.ts';
import { type Architecture, findArchitecture, hubArchitectures } from '../../domain/plan/architecture.ts';
import { requireEvenBatches } from '../../domain/plan/even-batches.ts';
import type { DataCounts } from '../../domain/plan/input.ts';
import { describePaths, pathRows, requireOpenPaths, type TrainerLayout } from '../../domain/plan/paths.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';
import { ownEnvironment } from '../../platform/own-environment.ts';
import { readRecipe } from './recipes.ts';
import { collect } from './start.ts';

interface PlanOptions {
  set: string[];
  data?: string;
  items?: number;
  test?: number;
  textbook?: number;
  devices: number;
  priceInput?: number;
  priceOutput?: number;
  json?: boolean;
}

export const planCommand = (): Command =>
  new Command('plan')
    .description('steps, memory, storage, calls and price of a recipe, before anything starts')
    .argument('<recipe>', 'name in recipes/ or a file')
    .option('--set <field=value>', 'change a field of the recipe; may be repeated', collect, [])
    .option('--data <folder>', 'count the cases of this data set')
    .option(
      '--items <count>',
      'training questions, or training cases of a method that asks none, e.g. 26507 in the paper',
      count,
    )
    .option('--test <count>', 'test cases, e.g. 8390 in the paper', count)
    .option('--textbook <count>', 'cases with a rationale', count)
    .option('--devices <count>', 'accelerators that one trainer uses', count, 1)
    .option('--price-input <amount>', 'price of a million input tokens of the LLM', amount)
    .option('--price-output <amount>', 'price of a million output tokens of the LLM', amount)
    .option('--json', 'as a JSON object')
    .action(plan);

async function plan(recipeName: string, options: PlanOptions): Promise<void> {
  const recipe = await readRecipe(recipeName, { set: options.set });
  const data = await countOf(recipe, options);
  const architecture = await architectureOf(recipe.model.base);
  const { devices, priceInput: input, priceOutput: output } = options;
  const prices = input === undefined || output === undefined ? null : { input, output };
  const { plan: planned, words } = methodOf(recipe).plan({ recipe, data, architecture, devices, prices });
  const place = placeOf(devices);
  const uses = usesOf(recipe);
  const paths = pathRows(place, uses);
  if (options.json) console.log(JSON.stringify({ recipe: recipe.name, data, ...planned, paths }));
  else console.log([words, ...serverLine(recipe), '', describePaths(paths)].join('\n'));
  requireOpenPaths(place, uses);
  requireEvenBatches(methodOf(recipe).stages, recipe, devices);
}

/** As the environment says it here, which may not be that of the gpu workers, on as many devices as were asked about. */
function placeOf(devices: number): TrainerLayout {
  const { trainer } = ownEnvironment();
  return trainer.processes * trainer.machines === devices ? trainer : { ...trainer, processes: devices, machines: 1 };
}

/** How the server of completions is started, by the environment's settings of vLLM. */
function serverLine(recipe: Recipe): string[] {
  if (!usesOf(recipe).stages.some(({ rollouts }) => rollouts?.engine === 'vllm-server')) return [];
  const { name, revision, hub } = publicBase(recipe.model.base);
  const { memoryShare, maxLength, tensorParallel } = ownEnvironment().trainer.vllm;
  const command = [
    `trl vllm-serve --model ${hub ? name : modelPath({ base: recipe.model.base, sha256: '' })}`,
    ...(revision === null ? [] : [`--revision ${revision}`]),
    `--gpu_memory_utilization ${memoryShare} --tensor_parallel_size ${tensorParallel}`,
    ...(maxLength === null ? [] : [`--max_model_len ${maxLength}`]),
  ];
  return [`${'vllm server'.padEnd(13)} ${command.join(' ')}`];
}

/** Given counts stand before those of the data at hand. */
async function countOf(recipe: Recipe, { data, items, test, textbook }: PlanOptions): Promise<DataCounts> {
  const counted = data ? await countData(data, recipe, await loadKnowledge()) : countGenerated(recipe.data);
  const known = items ?? counted?.items;
  if (known === undefined) {
    throw userMistake(
      `${recipe.name}: how many ${'questions' in recipe ? 'training questions' : 'training cases'}? Give --data DIR, or --items COUNT`,
    );
  }
  const given = { items: known, test: test ?? counted?.test ?? null, textbook: textbook ?? counted?.textbook ?? null };
  const images = counted?.images ?? given.items + (given.test ?? 0) + (given.textbook ?? 0);
  return { ...given, images, ...(counted?.concepts ? { concepts: counted.concepts } : {}) };
}

/**
 * From the model's own config; of hub ids those of the papers' models are known. Null where its sizes are not known. Throws
 * a user's mistake for a config that is none.
 */
export async function architectureOf(base: string): Promise<Architecture | null> {
  const known = hubArchitectures[publicBase(base).name];
  if (known) return known;
  const file = join(modelPath({ base, sha256: '' }), 'config.json');
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return findArchitecture(JSON.parse(text));
  } catch (error) {
    throw userMistake(`model.base: ${file} cannot be read as a configuration; give a folder of a whole model`, error);
  }
}

function count(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw userMistake(`"${text}" is not a count; give a whole number above 0`);
  return Number(text);
}

function amount(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw userMistake(`"${text}" is not a price; give a number, e.g. 0.4`);
  return Number(text);
}
