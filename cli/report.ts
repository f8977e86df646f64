/** `dermflow report`: the finished run's report and adapter, from the store. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { execa } from 'execa';
import type { ArtifactStore } from '../activities/ports/artifact-store.ts';
import { materialise } from '../activities/store/commit.ts';
import type { SkinR1Result } from '../domain/contracts.ts';
import { withAnswers } from './question.ts';
import { knownResultOf } from './recorded.ts';

interface ReportOptions {
  out?: string;
  open?: boolean;
  json?: boolean;
}

export const reportCommand = (): Command =>
  new Command('report')
    .description("write a finished run's report and adapter into a folder")
    .argument('<run>')
    .option('--out <folder>', 'defaults to DERMFLOW_HOME/reports/<run>')
    .option('--open', 'open the page in the browser')
    .option('--json', 'as a JSON object')
    .action(async (run: string, { out, open = false, json = false }: ReportOptions) => {
      const { report, folder } = await withAnswers(async (session) => {
        const folder = resolve(out ?? resolve(session.environment.home, 'reports', run));
        return { folder, report: await fetchReport(await session.store(), await knownResultOf(session, run), folder) };
      });
      console.log(json ? JSON.stringify({ run, report, adapter: resolve(folder, 'adapter') }) : report);
      if (open) await execa(process.platform === 'darwin' ? 'open' : 'xdg-open', [report]);
    });

/** Writes `report.html`, `report.json` and `adapter/` below `folder`; returns the path of the page. */
export async function fetchReport(
  store: ArtifactStore,
  { report, adapter }: Pick<SkinR1Result, 'report' | 'adapter'>,
  folder: string,
): Promise<string> {
  await materialise(store, report, folder);
  await materialise(store, adapter, resolve(folder, 'adapter'));
  return resolve(folder, 'report.html');
}
