/** `dermflow status`: where a run is, once. */
import { Command } from 'commander';
import { withMomentaryServices } from '../momentary-services.ts';
import { knownStatusOf } from './recorded.ts';
import { renderKnown } from './render.ts';
import { renderMeasured } from './results.ts';

export const statusCommand = (): Command =>
  new Command('status')
    .description('part, step, last checkpoint, retries, failure')
    .argument('<run>')
    .option('--json', 'as a JSON object')
    .action(async (run: string, { json = false }: { json?: boolean }) => {
      const { page, ...status } = await withMomentaryServices(async (session) => {
        const known = await knownStatusOf(session, run);
        return { ...known, page: known.forgotten ? null : session.page(run) };
      });
      if (json) return console.log(JSON.stringify({ ...status, page }));
      console.log(renderKnown(status));
      const measured = status.progress && renderMeasured(status.progress);
      if (measured) console.log(`\n${measured}`);
    });
