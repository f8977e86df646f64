/** `dermflow evaluate export`: an evaluation as a result file of VLMEvalKit or lmms-eval. */
import { Command } from 'commander';
import { withMomentaryServices } from '../../momentary-services.ts';
import { readBoard } from '../board.ts';
import { findRow, readScored } from '../compare.ts';
import { readAsked, readSummary } from '../row-items.ts';
import { writeForeign } from './formats.ts';

export const exportResultsCommand = (): Command =>
  new Command('export')
    .description('an evaluation as a file of VLMEvalKit (.xlsx, .tsv) or of lmms-eval (.jsonl, _results.json)')
    .argument('<evaluation>', 'a model as the leaderboard names it, or the first characters of an evaluation’s key')
    .requiredOption('--out <file>', 'its ending says which')
    .option('--benchmark <name>', 'where it has evaluations on several')
    .option('--json', 'as a JSON object')
    .action(async (name: string, { out, benchmark, json }: { out: string; benchmark?: string; json?: boolean }) => {
      const items = await withMomentaryServices(async ({ client, store }) => {
        const artifacts = await store();
        const row = findRow(await readBoard(artifacts, client.options.namespace), name, benchmark);
        const scored = await readScored(artifacts, row);
        const summary = await readSummary(artifacts, row, scored);
        const metric = row.narratives ? 'judge_score' : 'accuracy';
        await writeForeign(out, { label: row.label, items: await readAsked(artifacts, row), scored, summary, metric });
        return scored.length;
      });
      console.log(json ? JSON.stringify({ file: out, items }) : `${out}: ${items} items`);
    });
