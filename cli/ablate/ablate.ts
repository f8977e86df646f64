/** `dermflow ablate`: the runs that the paper's ablations need, one after another, and one table at their end. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { execa } from 'execa';
import { ablationsPage } from '../../activities/reporting/ablations/page.ts';
import { type Ablations, buildAblations } from '../../domain/ablations/ablations.ts';
import { toMarkdown } from '../../domain/ablations/markdown.ts';
import type { AblatedRun } from '../../domain/ablations/table.ts';
import { type AblationRun, ablationRuns } from '../../domain/ablations/variants.ts';
import { cellsOf, claimHead, claimRows, notesOn, numbered, tableHead } from '../../domain/ablations/words.ts';
import { digestOf } from '../../domain/artifact.ts';
import type { RunResult } from '../../domain/contracts/run.ts';
import { exitCodes, userMistake } from '../../domain/failures.ts';
import type { SkinR1Recipe } from '../../domain/recipe/methods/skin-r1.ts';
import { taskTitles } from '../../domain/report/words.ts';
import { renderTable } from '../follow/render.ts';
import { untilInterrupted } from '../interruption.ts';
import { type Session, withSession } from '../session.ts';
import { readRecipeOf, withData } from '../start/recipes.ts';
import { showImport, showNote } from '../start/run.ts';
import { collect } from '../start/start.ts';
import { finishRun } from './finish.ts';
import { itemsIn, readRun } from './read.ts';

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
    .description('base, SFT, RL with and without SFT by step, flat reward: the runs that are missing, then one table')
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
    readSeeds(seeds).map((seed) =>
      readRecipeOf('skin-r1', recipeName, { set: seed === null ? set : [...set, `seed=${seed}`] }),
    ),
  );
  // A mistake in a recipe is told before hours of import.
  for (const recipe of recipes) ablationRuns(recipe);
  const interrupted = untilInterrupted();
  const page = await withSession(async (session) => {
    const runs = (await withOneImport(recipes, data, session)).flatMap(ablationRuns);
    const finished = await finishAll(session, runs, json, interrupted);
    if (!finished) {
      console.error('interrupted; the run that is open goes on, and the same command goes on from there');
      process.exitCode = exitCodes.failedRun;
      return null;
    }
    const store = await session.store();
    const ablated = await Promise.all(finished.map(({ result, ...about }) => readRun(store, result, about)));
    const results = new Map(finished.map(({ run, result }) => [run, result]));
    const ablations = await buildAblations(recipes[0]?.name ?? recipeName, ablated, itemsIn(store, results));
    const digest = digestOf(ablations.runs.map(({ run }) => run).join('\n')).slice(0, 12);
    const place = join(session.environment.home, 'reports', 'ablations', `${ablations.recipe}-${digest}`);
    const folder = resolve(out ?? place);
    const written = await writeAblations(folder, ablations);
    console.log(json ? JSON.stringify({ page: written, ...ablations }) : `\n${render(ablations)}\n\n${written}`);
    return written;
  });
  if (page !== null && open) await execa(process.platform === 'darwin' ? 'open' : 'xdg-open', [page]);
}

/** Null: the recipe's own. */
function readSeeds(text: string | undefined): (number | null)[] {
  if (text === undefined) return [null];
  const seeds = text.split(',').map((each) => (/^\s*\d+\s*$/.test(each) ? Number(each) : Number.NaN));
  if (seeds.every(Number.isSafeInteger) && new Set(seeds).size === seeds.length) return seeds;
  throw userMistake(`--seeds ${text}: expected different whole numbers with commas between them, e.g. 1,2,3`);
}

/** What is imported hangs on no seed. */
async function withOneImport(
  recipes: readonly SkinR1Recipe[],
  folder: string | undefined,
  session: Session,
): Promise<SkinR1Recipe[]> {
  const [first] = recipes;
  if (folder === undefined || !first) return [...recipes];
  const store = await session.store({ writes: true });
  const { data } = await withData(first, folder, store, { onProgress: showImport, onNote: showNote });
  return recipes.map((recipe) => ({ ...recipe, data }));
}

type Done = Omit<AblatedRun, 'report'> & { result: RunResult };

/** One after another: what two runs share is in the store when the second one begins. Null where it was interrupted. */
async function finishAll(
  session: Session,
  runs: readonly AblationRun[],
  json: boolean,
  interrupted: AbortSignal,
): Promise<Done[] | null> {
  const done: Done[] = [];
  for (const { recipe, reward } of runs) {
    const told = `seed ${recipe.seed}, ${reward === 'flat' ? 'flat reward' : "the recipe's own reward"}`;
    if (!json) console.error(`${done.length + 1} of ${runs.length}: ${told}`);
    const finished = await finishRun(session, recipe, json, interrupted);
    if (!finished) return null;
    if (!json) console.error(`run ${finished.run} ${finished.found ? 'was finished before' : 'is finished'}`);
    done.push({ run: finished.run, seed: recipe.seed, reward, result: finished.result });
  }
  return done;
}

async function writeAblations(folder: string, ablations: Ablations): Promise<string> {
  await mkdir(folder, { recursive: true });
  const page = join(folder, 'ablations.html');
  await writeFile(join(folder, 'ablations.json'), `${JSON.stringify(ablations, null, 2)}\n`);
  await writeFile(join(folder, 'ablations.md'), toMarkdown(ablations));
  await writeFile(page, await ablationsPage(ablations));
  return page;
}

function render(ablations: Ablations): string {
  const { rows } = ablations;
  const reasons = numbered(rows.map(({ notComparable }) => notComparable));
  const tables = [...Map.groupBy(rows, ({ task }) => task)].map(
    ([task, own]) =>
      `${taskTitles[task]}\n${renderTable(
        tableHead,
        own.map((row) => cellsOf(row, reasons.write)),
      )}`,
  );
  const legend = reasons.all.map((reason, i) => `(${i + 1}) ${reason}`);
  return [
    ...tables,
    ...(legend.length > 0 ? [`not comparable:\n${legend.join('\n')}`] : []),
    `claims of the paper\n${renderTable(claimHead, claimRows(ablations))}`,
    notesOn(ablations).join('\n'),
  ].join('\n\n');
}
