/** `dermflow list`: runs, the newest first; one that was started again is shown as it is now. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { Command } from 'commander';
import { listRecords } from '../../activities/run-records.ts';
import { userMistake } from '../../domain/failures.ts';
import { methodOfWorkflow, methods } from '../../domain/methods/index.ts';
import { memo, searchAttributes } from '../../domain/names.ts';
import { withMomentaryServices } from '../momentary-services.ts';
import type { Session } from '../session.ts';
import { renderTable } from '../table.ts';
import { unknownState } from './recorded.ts';
import { waitsOf } from './run-status.ts';

interface ListOptions {
  all?: boolean;
  failed?: boolean;
  recipe?: string;
  limit: string;
  json?: boolean;
}

interface Row {
  run: string;
  method: string;
  state: string;
  /** The part of the run that it is at; programs that read `--json` know it by this name. */
  stage: string;
  startedAt: string;
  closedAt: string | null;
  /** For whom an open run waits; absent where it goes on by itself. */
  waits?: string;
}

export const listCommand = (): Command =>
  new Command('list')
    .description('runs, the newest first')
    .option('--all', 'also those that Temporal has forgotten, by their records in the store')
    .option('--failed', 'only those that failed, were cancelled, terminated or timed out')
    .option('--recipe <name>', 'only those of a recipe')
    .option('--limit <count>', 'the most runs to show', '20')
    .option('--json', 'as a JSON array')
    .action(list);

interface Wanted {
  all: boolean;
  failed: boolean;
  recipe: string | undefined;
  count: number;
}

interface Found extends Row {
  recipe: string;
}

/** Temporal's query for the runs of every method. */
export const runsQuery = (known = methods): string =>
  known.map(({ workflow }) => `WorkflowType = "${workflow}"`).join(' OR ');

/** Runs are filtered here: a namespace may lack the attribute that a query would name. */
export async function findRuns(
  session: Pick<Session, 'client' | 'store'>,
  { all, failed, recipe, count }: Wanted,
): Promise<Row[]> {
  const isWanted = (found: Found): boolean =>
    (recipe === undefined || found.recipe === recipe) && (!failed || failedStates.includes(found.state));
  const rows: Row[] = [];
  const seen = new Set<string>();
  const take = ({ recipe: own, ...row }: Found): void => {
    // The latest execution of a run comes first: the state of those before it is history.
    if (!seen.has(row.run) && isWanted({ ...row, recipe: own })) rows.push(row);
    seen.add(row.run);
  };
  for await (const found of known(session.client)) {
    take(found);
    if (!all && rows.length === count) return rows;
  }
  if (!all) return rows;
  for (const found of await forgotten(session)) take(found);
  return rows.toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt)).slice(0, count);
}

async function* known(client: Client): AsyncGenerator<Found> {
  for await (const run of client.workflow.list({ query: runsQuery() })) yield rowOf(run);
}

/** A run as Temporal lists it, which asks no worker. */
export function rowOf(run: WorkflowExecutionInfo): Found {
  return {
    run: run.workflowId,
    method: methodOfWorkflow(run.type)?.name ?? run.type,
    recipe: String(run.searchAttributes[searchAttributes.recipe]?.[0] ?? run.memo?.[memo.recipe] ?? ''),
    state: run.status.name,
    stage: String(run.searchAttributes[searchAttributes.part]?.[0] ?? ''),
    startedAt: run.startTime.toISOString(),
    closedAt: run.closeTime?.toISOString() ?? null,
    ...(run.status.name === 'RUNNING' ? waitsOf(run) : {}),
  };
}

/** All recorded runs. The caller, who has asked Temporal before, passes over those that it knows. */
async function forgotten({ client, store }: Pick<Session, 'client' | 'store'>): Promise<Found[]> {
  const records = await listRecords(await store(), client.options.namespace);
  return records.map(({ namespace: _, state, ...facts }) => ({ ...facts, state: state ?? unknownState }));
}

const failedStates: readonly string[] = ['FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT', unknownState];

async function list({ all = false, failed = false, recipe, limit, json = false }: ListOptions): Promise<void> {
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1) throw userMistake(`--limit ${limit}: expected a whole number above 0`);
  if (recipe !== undefined && !/^[a-z0-9-]+$/.test(recipe)) {
    throw userMistake(`--recipe ${recipe}: expected the name of a recipe: a-z, 0-9 and "-"`);
  }
  const rows = await withMomentaryServices((session) => findRuns(session, { all, failed, recipe, count }));
  if (json) return console.log(JSON.stringify(rows));
  const cells = rows.map(({ run, method, state, stage, startedAt, closedAt, waits }) => [
    run,
    method,
    state.toLowerCase(),
    waits === undefined ? stage : `${stage}: ${waits}`,
    startedAt,
    closedAt ?? '',
  ]);
  console.log(
    rows.length === 0 ? 'no runs' : renderTable(['run', 'method', 'state', 'part', 'started', 'closed'], cells),
  );
}
