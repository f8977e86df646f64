/** Runs as Temporal knows them: started, found, continued. A run's id is its workflow id. */
import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import { canonicalJson, digestOf } from '../domain/artifact.ts';
import type { SkinR1Input, SkinR1Result } from '../domain/contracts.ts';
import { userMistake } from '../domain/failures.ts';
import { runId, taskQueues, workflowTypes } from '../domain/names.ts';
import type { Recipe } from '../domain/recipe.ts';

export type RunHandle = WorkflowHandle<(input: SkinR1Input) => Promise<SkinR1Result>>;

export const handleOf = (client: Client, run: string): RunHandle => client.workflow.getHandle(run);

/** The same recipe, with the same data, is the same run. */
export const runOf = (recipe: Recipe): string => runId(recipe.name, digestOf(canonicalJson(recipe)));

interface Start {
  input: SkinR1Input;
  run: string;
  /** What a closed run of this id allows: a finished one may be repeated out of the store, or only a failed one. */
  reuse: 'ALLOW_DUPLICATE' | 'ALLOW_DUPLICATE_FAILED_ONLY';
}

/** Starts a run, or attaches to the open one of the same id. */
export async function startRun(client: Client, { input, run, reuse }: Start): Promise<RunHandle> {
  try {
    await client.workflow.start(workflowTypes.skinR1, {
      taskQueue: taskQueues.orchestrator,
      workflowId: run,
      workflowIdReusePolicy: reuse,
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [input],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw userMistake(`run "${run}" is finished; "dermflow report ${run}" shows its results`, error);
  }
  return handleOf(client, run);
}

/** The input of a run's newest execution, as its history keeps it. */
export async function inputOf(client: Client, run: string): Promise<SkinR1Input> {
  const handle = handleOf(client, run);
  const { events } = await handle.fetchHistory();
  const payloads = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  const { loadedDataConverter } = client.options;
  const [payload] = payloads ?? [];
  if (!payload) throw userMistake(`run "${run}" has no input; start it again with "dermflow run"`);
  // What the run was started with was parsed by the workflow itself, and is parsed again when it starts.
  return loadedDataConverter.payloadConverter.fromPayload<SkinR1Input>(payload);
}
