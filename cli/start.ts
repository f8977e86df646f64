/** `dermflow start`, which is `npm start`: local services, workers, a recipe from end to end, the report. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { exitCodes } from '../domain/failures.ts';
import { requireMachine } from '../infra/doctor.ts';
import { readEnvironment } from '../infra/env.ts';
import { runPage } from '../infra/local/stack.ts';
import { createLogger } from '../infra/logger.ts';
import { failedRun, follow } from './follow.ts';
import { untilInterrupted } from './interruption.ts';
import { readRecipe } from './recipes.ts';
import { renderResults } from './render.ts';
import { fetchReport } from './report.ts';
import { handleOf, runOf, startRun } from './runs.ts';
import { startServices } from './services.ts';
import { withSession } from './session.ts';

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
    .option('--fresh', 'compute everything anew, in an empty store')
    .option('--keep-up', 'leave services and workers up at the end, until Ctrl-C')
    .option('--set <field=value>', 'change a field of the recipe; may be repeated', collect, [])
    .option('--json', 'one JSON object a line')
    .action(start);

export const collect = (value: string, before: string[]): string[] => [...before, value];

async function start(
  recipeName: string,
  { fresh = false, keepUp = false, set, json = false }: StartOptions,
): Promise<void> {
  const recipe = await readRecipe(recipeName, { set });
  const interrupted = untilInterrupted();
  const environment = readEnvironment(process.env);
  await requireMachine(environment);
  const { home, logLevel } = environment;
  const logger = createLogger('start', process.env.DERMFLOW_LOG_LEVEL === undefined ? 'warn' : logLevel);
  const stack = await startServices(logger, fresh ? { bucket: `dermflow-${Date.now()}` } : {});
  try {
    const run = runOf(recipe);
    await withSession(async ({ client, store }) => {
      await startRun(client, { input: { recipe }, run, reuse: 'ALLOW_DUPLICATE' });
      const status = await follow(client, run, json, interrupted);
      if (!status) {
        console.error(`interrupted; the same command continues run ${run} from its newest checkpoint`);
        process.exitCode = exitCodes.failedRun;
        return;
      }
      if (status.state !== 'COMPLETED') throw failedRun(status);
      const result = await handleOf(client, run).result();
      const folder = resolve(home, 'reports', run);
      const report = await fetchReport(await store(), result, folder);
      const page = runPage(stack, run);
      if (json)
        console.log(JSON.stringify({ run, report, page, evaluations: result.evaluations, textOnly: result.textOnly }));
      else
        console.log(
          `\n${renderResults(result.evaluations, result.textOnly)}\n\nreport    ${report}\nadapter   ${resolve(folder, 'adapter')}\nTemporal  ${page}`,
        );
      if (keepUp && !interrupted.aborted) {
        console.error('services stay up until Ctrl-C');
        await new Promise((aborted) => interrupted.addEventListener('abort', aborted, { once: true }));
      }
    });
  } finally {
    await stack.stop();
  }
}
