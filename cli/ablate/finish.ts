/** A run brought to its end, whoever began it: finished ones are found, open ones followed, others started or continued. */
import type { RunResult } from '../../domain/contracts/run.ts';
import type { Recipe } from '../../domain/recipe/recipe.ts';
import { failedRun, follow } from '../follow/follow.ts';
import { isUnknown, knownResultOf, knownStatusOf } from '../follow/recorded.ts';
import { runOf } from '../run-id.ts';
import { startRun } from '../runs.ts';
import type { Session } from '../session.ts';

interface Finished {
  run: string;
  result: RunResult;
  /** Whether it was there before. */
  found: boolean;
}

/** Null as soon as `interrupted` aborts; the run goes on. Throws when it ended otherwise. */
export async function finishRun(
  session: Session,
  recipe: Recipe,
  json: boolean,
  interrupted: AbortSignal,
): Promise<Finished | null> {
  const run = runOf(recipe);
  if (await isFinished(session, run)) return { run, result: await knownResultOf(session, run), found: true };
  if (interrupted.aborted) return null;
  await startRun(session.client, { input: { recipe }, run, reuse: 'ALLOW_DUPLICATE_FAILED_ONLY' });
  const status = await follow(session.client, run, json, interrupted);
  if (!status) return null;
  if (status.state !== 'COMPLETED') throw failedRun(status);
  return { run, result: await knownResultOf(session, run), found: false };
}

/** By Temporal, or by the record of a run that it has forgotten. */
async function isFinished(session: Session, run: string): Promise<boolean> {
  const status = await knownStatusOf(session, run).catch((error: unknown) => {
    if (isUnknown(error)) return null;
    throw error;
  });
  return status?.state === 'COMPLETED';
}
