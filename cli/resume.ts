/** `dermflow resume`: an open run retries at once what waits; a failed, cancelled or ended one continues. */
import { Command } from 'commander';
import { signals } from '../domain/names.ts';
import { type RunStatus, statusOf } from './run-status.ts';
import { handleOf, inputOf, startRun } from './runs.ts';
import { type Session, withSession } from './session.ts';

export const resumeCommand = (): Command =>
  new Command('resume')
    .description('continue a failed, cancelled or half-finished run from its newest valid checkpoint')
    .argument('<run>')
    .option('--json', 'as a JSON object')
    .action((run: string, { json = false }: { json?: boolean }) =>
      withSession(async (session) => {
        const message = await resume(session, run);
        console.log(json ? JSON.stringify({ run, message }) : message);
      }),
    );

async function resume({ client }: Session, run: string): Promise<string> {
  const status = await statusOf(client, run);
  if (status.state === 'COMPLETED') return `run ${run} is finished; nothing to resume`;
  if (status.state === 'RUNNING') return retryNow({ client }, status);
  const input = await inputOf(client, run);
  await startRun(client, { input, run, reuse: 'ALLOW_DUPLICATE_FAILED_ONLY' });
  return `run ${run} continues; finished stages come from the store, training from its newest checkpoint`;
}

/** Signals each workflow, the run and its evaluations, whose activities sit out a pause. */
async function retryNow({ client }: Pick<Session, 'client'>, { run, pending }: RunStatus): Promise<string> {
  const waiting = Map.groupBy(
    pending.filter(({ state }) => state === 'retrying'),
    ({ workflow }) => workflow,
  );
  for (const [workflow, activities] of waiting) {
    await handleOf(client, workflow).signal(
      signals.retryNow,
      activities.map(({ id }) => id),
    );
  }
  const names = [...waiting.values()].flat().map(({ id }) => id);
  return names.length === 0 ? `run ${run} is under way; nothing waits` : `run ${run} retries ${names.join(', ')} now`;
}
