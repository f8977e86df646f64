/** `dermflow watch`: a run's live display; ending it leaves the run alone. */
import { Command } from 'commander';
import { untilInterrupted } from '../interruption.ts';
import { handleOf } from '../runs.ts';
import { type Session, withSession } from '../session.ts';
import { failedRun, follow } from './follow.ts';
import { renderMeasured } from './results.ts';

export const watchCommand = (): Command =>
  new Command('watch')
    .description('live: part, step, loss, reward, time left; Ctrl-C leaves the run alone')
    .argument('<run>')
    .option('--json', 'the status as one JSON object per second')
    .action((run: string, { json = false }: { json?: boolean }) => {
      const interrupted = untilInterrupted();
      return withSession((session) => watchRun(session, run, json, interrupted));
    });

/** Follows a run; prints its results when it is done. Throws when it ended otherwise. */
export async function watchRun(
  { client }: Session,
  run: string,
  json: boolean,
  interrupted: AbortSignal,
): Promise<void> {
  const status = await follow(client, run, json, interrupted);
  if (!status) return;
  if (status.state !== 'COMPLETED') throw failedRun(status);
  const measured = renderMeasured(await handleOf(client, run).result());
  if (!json && measured !== null) console.log(`\n${measured}`);
}
