/** `dermflow ablate`: the runs that a method's ablations need, one after another, and one table at their end. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { execa } from 'execa';
import { digestOf } from '../../domain/artifact.ts';
import { exitCodes, userMistake } from '../../domain/failures.ts';
import { methodOf } from '../../domain/methods/index.ts';
import type { AblationRun } from '../../domain/methods/method.ts';
import type { MethodName, Recipe, RecipeOf } from '../../domain/recipe/recipe.ts';
import { untilInterrupted } from '../interruption.ts';
import { type Session, withSession } from '../session.ts';
import { readRecipe, withData, withTeacher } from '../start/recipes.ts';
import { showImport, showNote } from '../start/run.ts';
import { collect } from '../start/start.ts';
import { finishRun } from './finish.ts';
import type { AblationTable, Done, TableOf } from './kind.ts';
import { skinR1Table } from './skin-r1.ts';
import { skinGptR1Table } from './skingpt-r1.ts';

interface AblateOptions {
  seeds?: string;
  set: string[];
  data?: string;
  out?: string;
  open?: boolean;
  json?: boolean;
}

export const ablateCommand = (): Command =>
  new Command('ablate')
    .description("the runs that the paper's ablations need and that are missing, then one table")
    .argument('<recipe>', "the whole method's recipe: name in recipes/ or a file")
    .option('--seeds <list>', "e.g. 1,2,3; default: the recipe's own")
    .option('--data <folder>', 'import the data sets of the recipe from this folder')
    .option('--set <field=value>', 'change a field of the recipe; may be repeated', collect, [])
    .option('--out <folder>', 'defaults to DERMFLOW_HOME/reports/ablations/<recipe>-<digest of the runs>')
    .option('--open', 'open the page in the browser')
    .option('--json', 'one JSON object per line')
    .action(ablate);

async function ablate(recipeName: string, { seeds, set, data, out, open, json = false }: AblateOptions): Promise<void> {
  const recipes = await Promise.all(
    readSeeds(seeds).map((seed) => readRecipe(recipeName, { set: seed === null ? set : [...set, `seed=${seed}`] })),
  );
  // A mistake in a recipe is reported before hours of import.
  for (const recipe of recipes) ablationOf(recipe);
  const interrupted = untilInterrupted();
  const page = await withSession(async (session) => {
    const complete = await withOneImport(recipes, data, session);
    const runs = complete.flatMap((recipe) => ablationOf(recipe).runs);
    const finished = await finishAll(session, runs, json, interrupted);
    const [first] = recipes;
    if (!finished || !first) {
      console.error('interrupted; the run that is open goes on, and the same command goes on from there');
      process.exitCode = exitCodes.failedRun;
      return null;
    }
    const table = await ablationOf(first).table(first.name, finished, await session.store());
    const digest = digestOf(finished.map(({ run }) => run).join('\n')).slice(0, 12);
    const place = join(session.environment.home, 'reports', 'ablations', `${first.name}-${digest}`);
    const written = await writeTable(resolve(out ?? place), table);
    console.log(json ? JSON.stringify({ page: written, ...table.json }) : `\n${table.text}\n\n${written}`);
    return written;
  });
  if (page !== null && open) await execa(process.platform === 'darwin' ? 'open' : 'xdg-open', [page]);
}

/** By method; one without ablations has null. */
const tables: { [M in MethodName]: TableOf<RecipeOf<M>> | null } = {
  'skin-r1': skinR1Table,
  'skingpt-r1': skinGptR1Table,
};

/** What the ablations of a recipe need, and what their table is made by. */
function ablationOf(recipe: Recipe): { runs: readonly AblationRun[]; table: TableOf<Recipe> } {
  const { ablation, title } = methodOf(recipe);
  // Each is given the runs of its own method alone.
  const table = tables[recipe.method] as unknown as TableOf<Recipe> | null;
  if (ablation && table) return { runs: ablation(recipe), table };
  throw userMistake(`${recipe.name}: ${title} has no ablations; name a recipe of another method`);
}

/** Null: the recipe's own. */
function readSeeds(text: string | undefined): (number | null)[] {
  if (text === undefined) return [null];
  const seeds = text.split(',').map((each) => (/^\s*\d+\s*$/.test(each) ? Number(each) : Number.NaN));
  if (seeds.every(Number.isSafeInteger) && new Set(seeds).size === seeds.length) return seeds;
  throw userMistake(`--seeds ${text}: expected different whole numbers with commas between them, e.g. 1,2,3`);
}

/** What is imported depends on no seed. */
async function withOneImport(
  recipes: readonly Recipe[],
  folder: string | undefined,
  session: Session,
): Promise<Recipe[]> {
  const place = () => session.store({ writes: true });
  const taught = await Promise.all(recipes.map((recipe) => withTeacher(recipe, place)));
  const [first] = taught;
  if (folder === undefined || !first) return taught;
  const { data } = await withData(first, folder, await place(), { onProgress: showImport, onNote: showNote });
  return taught.map((recipe) => ({ ...recipe, data }));
}

/** One after another: what two runs share is in the store when the second one begins. Null where it was interrupted. */
async function finishAll(
  session: Session,
  runs: readonly AblationRun[],
  json: boolean,
  interrupted: AbortSignal,
): Promise<Done[] | null> {
  const done: Done[] = [];
  for (const { recipe, words } of runs) {
    if (!json) console.error(`${done.length + 1} of ${runs.length}: seed ${recipe.seed}, ${words}`);
    const finished = await finishRun(session, recipe, json, interrupted);
    if (!finished) return null;
    if (!json) console.error(`run ${finished.run} ${finished.found ? 'was finished before' : 'is finished'}`);
    done.push({ run: finished.run, recipe, result: finished.result });
  }
  return done;
}

/** Returns the path of the page. */
async function writeTable(folder: string, { files, page }: AblationTable): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return join(folder, page);
}
