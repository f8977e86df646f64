/** `dermflow report`: the finished run's report and adapter, from the store. */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { execa } from 'execa';
import type { ArtifactStore } from '../activities/ports/artifact-store.ts';
import { materialise } from '../activities/store/commit.ts';
import { artifactFiles } from '../domain/artifact-files.ts';
import type { RunResult } from '../domain/contracts.ts';
import { userMistake } from '../domain/failures.ts';
import { handleOf } from './runs.ts';
import { withSession } from './session.ts';

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
    .action((run: string, options: ReportOptions) =>
      withSession(async ({ client, store, environment }) => {
        const handle = handleOf(client, run);
        const { status } = await handle.describe();
        if (status.name !== 'COMPLETED') {
          throw userMistake(
            `run ${run} is ${status.name.toLowerCase()} and has no report yet; "dermflow status ${run}" says where it is`,
          );
        }
        const folder = resolve(options.out ?? resolve(environment.home, 'reports', run));
        const report = await fetchReport(await store(), await handle.result(), folder);
        console.log(options.json ? JSON.stringify({ run, report, adapter: resolve(folder, 'adapter') }) : report);
        if (options.open) await execa(process.platform === 'darwin' ? 'open' : 'xdg-open', [report]);
      }),
    );

/** Writes `report.html`, `report.json` and `adapter/` below `folder`; returns the path of the page. */
export async function fetchReport(
  store: ArtifactStore,
  { report, adapter }: RunResult,
  folder: string,
): Promise<string> {
  await materialise(store, report, folder);
  await materialise(store, adapter, resolve(folder, 'adapter'));
  return resolve(folder, artifactFiles.report.page.name);
}
