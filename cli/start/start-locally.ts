/** A run from end to end on services of this machine, which end with it. */
import { exitCodes } from '../../domain/failures.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';
import { requireMachine } from '../../infra/doctor.ts';
import { runPage, type Stack } from '../../infra/local/stack.ts';
import type { Environment } from '../../platform/env.ts';
import { createLogger } from '../../platform/logger.ts';
import { ownEnvironment } from '../../platform/own-environment.ts';
import { failedRun, follow } from '../follow/follow.ts';
import { fetchReport } from '../follow/report.ts';
import { renderMeasured } from '../follow/results.ts';
import { untilInterrupted } from '../interruption.ts';
import { startServices } from '../machine/services.ts';
import { handleOf, runOf, startRun } from '../runs.ts';
import { type Session, withSession } from '../session.ts';
import { basisOf, keepFinished, reportFolder } from './finished.ts';
import { places } from './places.ts';
import { withTeacher } from './recipes.ts';

interface Options {
  fresh: boolean;
  keepUp: boolean;
  json: boolean;
}

export async function startLocally(recipe: Recipe, { fresh, keepUp, json }: Options): Promise<void> {
  const interrupted = untilInterrupted();
  const environment = ownEnvironment();
  await requireMachine(environment);
  const logger = createLogger('start', environment.askedLogLevel ?? 'warn');
  const services = await startServices(logger, fresh ? { bucket: `dermflow-${Date.now()}` } : {});
  const { stack } = services;
  try {
    const local = { recipe, stack, environment, keepUp, json, interrupted };
    await withSession((session) => runRecipe(session, local), services);
    if (keepUp && !interrupted.aborted && process.exitCode === undefined) {
      console.error('services stay up until Ctrl-C');
      await new Promise((aborted) => interrupted.addEventListener('abort', aborted, { once: true }));
    }
  } finally {
    await stack.stop();
  }
}

interface Local extends Omit<Options, 'fresh'> {
  recipe: Recipe;
  stack: Stack;
  environment: Environment;
  interrupted: AbortSignal;
}

async function runRecipe({ client, store }: Session, local: Local): Promise<void> {
  const { stack, environment, keepUp, json, interrupted } = local;
  const recipe = await withTeacher(local.recipe, () => store({ writes: true }));
  const run = runOf(recipe);
  const page = runPage(stack, run);
  const basis = await basisOf(recipe, environment);
  await startRun(client, { input: { recipe }, run, reuse: 'ALLOW_DUPLICATE' });
  if (!json) console.error(`run ${run}; its page in Temporal while this command runs: ${page}`);
  const status = await follow(client, run, json, interrupted);
  if (!status) {
    console.error(`interrupted; the same command continues run ${run} from its newest checkpoint`);
    process.exitCode = exitCodes.failedRun;
    return;
  }
  if (status.state !== 'COMPLETED') throw failedRun(status);
  const result = await handleOf(client, run).result();
  const { evaluations, textOnly, benchmarks } = result;
  const folder = reportFolder(environment, run);
  const artifacts = await store();
  const report = await fetchReport(artifacts, result, folder);
  if (basis !== null) {
    const files = await Promise.all(
      [
        { ref: result.report, below: '' },
        { ref: result.adapter, below: 'adapter/' },
      ].map(async ({ ref, below }) =>
        Object.entries((await artifacts.manifest(ref)).files).map(([name, { sha256 }]) => [`${below}${name}`, sha256]),
      ),
    );
    await keepFinished(environment, {
      ...{ run, basis, result, finishedAt: status.closedAt ?? new Date().toISOString() },
      ...{ bucket: stack.bucket, files: Object.fromEntries(files.flat()) },
    });
  }
  if (json) console.log(JSON.stringify({ run, report, page: keepUp ? page : null, evaluations, textOnly, benchmarks }));
  else {
    const shown = [...places(run, folder), ...(keepUp ? [`Temporal  ${page}`] : [])];
    console.log(`\n${renderMeasured(result) ?? ''}\n\n${shown.join('\n')}`);
  }
}
