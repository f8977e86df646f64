/** `dermflow list`: runs, the newest first; one that was started again is told as it is now. */
import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import { userMistake } from '../domain/failures.ts';
import { methodOfWorkflow, methods } from '../domain/methods/index.ts';
import { memo, searchAttributes } from '../domain/names.ts';
import { renderTable } from './render.ts';
import { withSession } from './session.ts';

interface ListOptions {
  failed?: boolean;
  recipe?: string;
  limit: string;
  json?: boolean;
}

interface Row {
  run: string;
  method: string;
  state: string;
  stage: string;
  startedAt: string;
  closedAt: string | null;
}

export const listCommand = (): Command =>
  new Command('list')
    .description('runs, the newest first')
    .option('--failed', 'only those that failed, were cancelled, terminated or timed out')
    .option('--recipe <name>', 'only those of a recipe')
    .option('--limit <count>', 'at most so many', '20')
    .option('--json', 'as a JSON array')
    .action(list);

interface Wanted {
  failed: boolean;
  recipe: string | undefined;
  count: number;
}

/** Of every method that there is. */
export const runsQuery = (known = methods): string =>
  known.map(({ workflow }) => `WorkflowType = "${workflow}"`).join(' OR ');

/** Runs are filtered here: a namespace may lack the attribute that a query would name. */
async function find(client: Client, { failed, recipe, count }: Wanted): Promise<Row[]> {
  const found: Row[] = [];
  const seen = new Set<string>();
  for await (const run of client.workflow.list({ query: runsQuery() })) {
    // Temporal lists the latest execution of an id first: the state of those before it is history.
    if (seen.has(run.workflowId)) continue;
    seen.add(run.workflowId);
    const own = run.searchAttributes[searchAttributes.recipe]?.[0] ?? run.memo?.[memo.recipe];
    if (recipe !== undefined && own !== recipe) continue;
    if (failed && !failedStates.includes(run.status.name)) continue;
    found.push({
      run: run.workflowId,
      method: methodOfWorkflow(run.type)?.name ?? run.type,
      state: run.status.name,
      stage: String(run.searchAttributes[searchAttributes.part]?.[0] ?? ''),
      startedAt: run.startTime.toISOString(),
      closedAt: run.closeTime?.toISOString() ?? null,
    });
    if (found.length === count) break;
  }
  return found;
}

const failedStates: readonly string[] = ['FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT'];

async function list({ failed = false, recipe, limit, json = false }: ListOptions): Promise<void> {
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1) throw userMistake(`--limit ${limit}: expected a whole number above 0`);
  if (recipe !== undefined && !/^[a-z0-9-]+$/.test(recipe)) {
    throw userMistake(`--recipe ${recipe}: expected the name of a recipe: a-z, 0-9 and "-"`);
  }
  const rows = await withSession(({ client }) => find(client, { failed, recipe, count }));
  if (json) return console.log(JSON.stringify(rows));
  const cells = rows.map(({ run, method, state, stage, startedAt, closedAt }) => [
    run,
    method,
    state.toLowerCase(),
    stage,
    startedAt,
    closedAt ?? '',
  ]);
  console.log(
    rows.length === 0 ? 'no runs' : renderTable(['run', 'method', 'state', 'stage', 'started', 'closed'], cells),
  );
}
