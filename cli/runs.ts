/** Runs as Temporal knows them: started, found, continued. A run's id is its workflow id. */
import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { RunInput, RunResult } from '../domain/contracts/run.ts';
import { userMistake } from '../domain/failures.ts';
import { methodOf } from '../domain/methods/index.ts';
import { memo, searchAttributes, taskQueues } from '../domain/names.ts';
import { howToRegister } from '../infra/search-attributes.ts';
import { decodePayload } from '../platform/data-converter.ts';
import { grpcStatus, isGrpcStatus } from '../platform/grpc.ts';
import { digestOfRecipe } from './run-id.ts';

export { runOf } from './run-id.ts';

export type RunHandle = WorkflowHandle<(input: RunInput) => Promise<RunResult>>;

export const handleOf = (client: Client, run: string): RunHandle => client.workflow.getHandle(run);

/** A name that the user gives to a run. Throws a user's mistake. */
export function parseRunName(name: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,79}$/.test(name)) return name;
  throw userMistake(`--as ${name}: expected 1 to 80 of a-z, 0-9, ".", "_" and "-", beginning with a letter or digit`);
}

interface Start {
  input: RunInput;
  run: string;
  /** What a closed run of this id allows: a finished one may be repeated out of the store, or only a failed one. */
  reuse: 'ALLOW_DUPLICATE' | 'ALLOW_DUPLICATE_FAILED_ONLY';
}

/**
 * Starts a run, or attaches to the open one of the same id and recipe. Where the namespace lacks our search attributes
 * the run goes without them, and `warn` gets the command that registers them.
 */
export async function startRun(
  client: Client,
  start: Start,
  warn: (line: string) => void = (line) => console.error(line),
): Promise<RunHandle> {
  const { input, run } = start;
  try {
    await startSearchable(client, start, warn);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw finishedRun(run, error);
  }
  const handle = handleOf(client, run);
  const started: unknown = (await handle.describe()).memo?.[memo.recipeDigest];
  if (typeof started === 'string' && started !== digestOfRecipe(input.recipe)) {
    throw userMistake(`--as ${run}: a run of this name is open with another recipe; choose another name`);
  }
  return handle;
}

/** A user's mistake: what to do instead of running what is finished. */
export const finishedRun = (run: string, cause?: unknown): Error =>
  userMistake(
    `run "${run}" is finished; "dermflow report ${run}" shows its results. To run it again under a name of its own give ` +
      '--as NAME (what is finished comes from the store); for other results change the recipe, e.g. --set seed=2',
    cause,
  );

async function startSearchable(client: Client, { input, run, reuse }: Start, warn: (line: string) => void) {
  const { recipe } = input;
  const name = typeof recipe === 'object' && recipe !== null && 'name' in recipe ? String(recipe.name) : '';
  const method = methodOf(recipe);
  const begin = (more: { typedSearchAttributes?: TypedSearchAttributes }): Promise<unknown> =>
    client.workflow.start(method.workflow, {
      taskQueue: taskQueues.orchestrator,
      workflowId: run,
      workflowIdReusePolicy: reuse,
      workflowIdConflictPolicy: 'USE_EXISTING',
      memo: { [memo.recipe]: name, [memo.recipeDigest]: digestOfRecipe(recipe) },
      args: [input],
      ...more,
    });
  try {
    await begin({ typedSearchAttributes: searchAttributesOf(name, method.parts[0]) });
  } catch (error) {
    if (!lacksSearchAttributes(error)) throw error;
    const { namespace } = client.options;
    warn(`namespace ${namespace} lacks search attributes; the run goes without them. ${howToRegister(namespace)}`);
    await begin({});
  }
}

/** What a run is found by from its start. */
export const searchAttributesOf = (recipe: string, part = 'data'): TypedSearchAttributes =>
  new TypedSearchAttributes([
    { key: defineSearchAttributeKey(searchAttributes.recipe, 'KEYWORD'), value: recipe },
    { key: defineSearchAttributeKey(searchAttributes.part, 'KEYWORD'), value: part },
  ]);

/** The server refuses a name that the namespace does not have; its words name it, or say "search attribute". */
export function lacksSearchAttributes(error: unknown): boolean {
  if (!isGrpcStatus(error, grpcStatus.INVALID_ARGUMENT)) return false;
  const words = [error, error instanceof Error ? error.cause : null].map(String).join(' ');
  return /search ?attribute/i.test(words) || Object.values(searchAttributes).some((name) => words.includes(name));
}

/** The input of a run's newest execution, as its history keeps it. */
export async function inputOf(client: Client, run: string): Promise<RunInput> {
  const handle = handleOf(client, run);
  const { events } = await handle.fetchHistory();
  const payloads = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  const input = await decodePayload(client, payloads?.[0]);
  if (!input) throw userMistake(`run "${run}" has no input; start it again with "dermflow run"`);
  // What the run was started with was parsed by the workflow itself, and is parsed again when it starts.
  return input as RunInput;
}
