/** `dermflow status`: where a run is, once. */
import { Command } from 'commander';
import { renderResults, renderStatus } from './render.ts';
import { statusOf } from './run-status.ts';
import { withSession } from './session.ts';

export const statusCommand = (): Command =>
  new Command('status')
    .description('stage, step, last checkpoint, retries, failure')
    .argument('<run>')
    .option('--json', 'as a JSON object')
    .action((run: string, { json = false }: { json?: boolean }) =>
      withSession(async ({ client, page }) => {
        const status = await statusOf(client, run);
        if (json) return console.log(JSON.stringify({ ...status, page: page(run) }));
        console.log(renderStatus(status));
        const evaluations = status.progress?.evaluations ?? [];
        if (evaluations.length > 0) console.log(`\n${renderResults(evaluations)}`);
      }),
    );
