/**
 * `node test/replay/record.ts [scenario…] [--force]`: records the histories that are missing, or the named ones, on the
 * dev server. An existing file is a promise to open runs: it is overwritten with `--force` only.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { nightAttributes } from '../../cli/nights/schedules.ts';
import { methodOf } from '../../domain/methods/index.ts';
import { taskQueues, workflowTypes } from '../../domain/names.ts';
import { FakeActivities } from '../support/fake-activities.ts';
import { smallRecipe } from '../support/recipes.ts';
import { bundleWorkflows, startDevServer, startWorkers } from '../support/temporal.ts';
import { fileOf, toText } from './histories.ts';
import { scenarios } from './scenarios.ts';

const { values, positionals } = parseArgs({ options: { force: { type: 'boolean' } }, allowPositionals: true });
const unknown = positionals.filter((name) => !(name in scenarios));
if (unknown.length > 0) throw new RangeError(`no such scenario: ${unknown.join(', ')}`);

const fakes = new FakeActivities();
const bundle = bundleWorkflows();
const server = await startDevServer();
const stopWorkers = await startWorkers(server, await bundle, fakes.byQueue);
try {
  for (const name of Object.keys(scenarios)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    if (existsSync(fileOf(name)) && !values.force) console.log(`kept      ${name} (--force overwrites it)`);
    else console.log(`recorded  ${name}, ${await record(server, name)} events`);
  }
} finally {
  await stopWorkers();
  await server.teardown();
}

async function record({ client }: TestWorkflowEnvironment, name: string): Promise<number> {
  const { instead = {}, recipe = smallRecipe(), evaluation, night, meddle, subject } = scenarios[name]?.() ?? {};
  fakes.begin(instead);
  const options = { taskQueue: taskQueues.orchestrator, workflowId: name, args: [night ?? evaluation ?? { recipe }] };
  const own = night ? workflowTypes.nightlyEvaluation : evaluation && workflowTypes.evaluateModels;
  const typedSearchAttributes = nightAttributes();
  const run = await client.workflow.start(own ?? methodOf(recipe).workflow, {
    ...options,
    ...(night ? { typedSearchAttributes } : {}),
  });
  const [end] = await Promise.allSettled([run.result(), meddle?.(run)]);
  console.log(`          ${end.status === 'fulfilled' ? 'completed' : end.reason.cause}`);
  const history = await (subject?.(client, run) ?? run).fetchHistory();
  mkdirSync(dirname(fileOf(name)), { recursive: true });
  writeFileSync(fileOf(name), toText(history));
  return history.events?.length ?? 0;
}
