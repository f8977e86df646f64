/** `dermflow start`, which `npm start` runs: local services, workers, a recipe from end to end, the report. */
import { Command } from 'commander';
import { usesOf } from '../../domain/methods/index.ts';
import { requireOpenPaths } from '../../domain/plan/paths.ts';
import { ownEnvironment } from '../../platform/own-environment.ts';
import { renderMeasured } from '../follow/results.ts';
import { findFinished, reportFolder } from './finished.ts';
import { pageIn, places } from './places.ts';
import { readRecipe } from './recipes.ts';

interface StartOptions {
  fresh?: boolean;
  keepUp?: boolean;
  set: string[];
  json?: boolean;
}

export const startCommand = (): Command =>
  new Command('start')
    .description('start local services and workers, run a recipe end to end, write the report')
    .argument('[recipe]', 'name in recipes/ or a file', 'demo')
    .option('--fresh', 'compute everything again, in an empty store')
    .option('--keep-up', 'leave services and workers up at the end, until Ctrl-C')
    .option('--set <field=value>', 'change a field of the recipe; may be repeated', collect, [])
    .option('--json', 'one JSON object per line')
    .action(start);

export const collect = (value: string, before: string[]): string[] => [...before, value];

async function start(
  recipeName: string,
  { fresh = false, keepUp = false, set, json = false }: StartOptions,
): Promise<void> {
  const recipe = await readRecipe(recipeName, { set });
  const environment = ownEnvironment();
  requireOpenPaths(environment.trainer, usesOf(recipe));
  const finished = fresh || keepUp ? null : await findFinished(recipe, environment);
  if (finished === null) {
    // The clients of the services take seconds to load.
    const { startLocally } = await import('./start-locally.ts');
    return startLocally(recipe, { fresh, keepUp, json });
  }
  const { run, finishedAt, result } = finished;
  const { evaluations, textOnly, benchmarks } = result;
  const folder = reportFolder(environment, run);
  const report = pageIn(folder);
  if (json)
    return console.log(JSON.stringify({ run, report, page: null, evaluations, textOnly, benchmarks, finishedAt }));
  console.log(`run ${run} finished at ${finishedAt}; "npm start -- --fresh" computes it again`);
  console.log(`\n${renderMeasured(result) ?? ''}\n\n${places(run, folder).join('\n')}`);
}
