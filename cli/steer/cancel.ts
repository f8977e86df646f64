/** `dermflow cancel`: a running trainer saves first; `resume` continues from there. */
import { Command } from 'commander';
import { handleOf } from '../runs.ts';
import { withSession } from '../session.ts';

export const cancelCommand = (): Command =>
  new Command('cancel')
    .description('end a run; its trainer saves a checkpoint first')
    .argument('<run>')
    .option('--json', 'as a JSON object')
    .action((run: string, { json = false }: { json?: boolean }) =>
      withSession(async ({ client }) => {
        const handle = handleOf(client, run);
        await handle.cancel();
        await handle.result().catch(() => {}); // cancelled, or finished before the request came
        const state = (await handle.describe()).status.name;
        if (json) console.log(JSON.stringify({ run, state }));
        else
          console.log(
            `run ${run} is ${state.toLowerCase()}${state === 'CANCELLED' ? `; "dermflow resume ${run}" continues it` : ''}`,
          );
      }),
    );
