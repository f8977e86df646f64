/** `dermflow run`: starts a run and follows it. */
import { Command } from 'commander';
import { logUpdateStderr } from 'log-update';
import { usesOf } from '../../domain/methods/index.ts';
import { requireOpenPaths } from '../../domain/plan/paths.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';
import { ownEnvironment } from '../../platform/own-environment.ts';
import { isForgottenAndFinished } from '../follow/recorded.ts';
import { watchRun } from '../follow/watch.ts';
import { untilInterrupted } from '../interruption.ts';
import { finishedRun, parseRunName, type RunHandle, runOf, startRun } from '../runs.ts';
import { type Session, withSession } from '../session.ts';
import { readRecipe, withData, withTeacher } from './recipes.ts';
import { collect } from './start.ts';

interface RunOptions {
  data?: string;
  set: string[];
  as?: string;
  detach?: boolean;
  json?: boolean;
}

export const runCommand = (): Command =>
  new Command('run')
    .description('start a run; the same recipe and data find the same run')
    .argument('<recipe>', 'name in recipes/ or a file')
    .option('--data <folder>', 'import the data sets of the recipe from this folder')
    .option('--set <field=value>', 'change a field of the recipe; may be repeated', collect, [])
    .option('--as <name>', 'run it under this name, also where the same recipe has run before')
    .option('--detach', 'print the run and return')
    .option('--json', 'one JSON object per line')
    .action(run);

async function run(recipeName: string, options: RunOptions): Promise<void> {
  const { data, set, detach = false, json = false } = options;
  const name = options.as === undefined ? null : parseRunName(options.as);
  const recipe = await readRecipe(recipeName, { set });
  requireOpenPaths(ownEnvironment().trainer, usesOf(recipe));
  const interrupted = untilInterrupted();
  await withSession(async (session) => {
    const { store, page } = session;
    const callbacks = { onProgress: showImport, onNote: showNote };
    const place = () => store({ writes: true });
    const taught = await withTeacher(recipe, place);
    const complete = data === undefined ? taught : await withData(taught, data, await place(), callbacks);
    const id = name ?? runOf(complete);
    await startUnfinished(session, complete, id);
    if (json) console.log(JSON.stringify({ run: id, page: page(id) }));
    else console.log(`run ${id}`);
    if (!detach) await watchRun(session, id, json, interrupted);
  });
}

/** Starts a run, or attaches to it. Throws a user's mistake for a finished one, whether or not Temporal still knows it. */
export async function startUnfinished(
  session: Pick<Session, 'client' | 'store' | 'workers'>,
  recipe: Recipe,
  run: string,
): Promise<RunHandle> {
  if (await isForgottenAndFinished(session, run, showNote)) throw finishedRun(run);
  return startRun(session.client, { input: { recipe }, run, reuse: 'ALLOW_DUPLICATE_FAILED_ONLY' });
}

export function showImport(phase: string, done: number, total: number): void {
  if (!process.stderr.isTTY) return;
  logUpdateStderr(total === 0 ? `${phase} ${done}` : `${phase} ${done}/${total}`);
  if (done === total) logUpdateStderr.clear();
}

/** On stderr, where it disturbs no script. */
export const showNote = (note: string): void => console.error(`note: ${note}`);
