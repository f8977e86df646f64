/** `dermflow report`: the finished run's report and adapter, from the store. */
import { once } from 'node:events';
import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { execa } from 'execa';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { materialise } from '../../activities/store/commit.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { RunResult } from '../../domain/contracts/run.ts';
import { servePages, type WebServer } from '../../infra/web-server.ts';
import { untilInterrupted } from '../interruption.ts';
import { withMomentaryServices } from '../momentary-services.ts';
import { knownResultOf } from './recorded.ts';
import { reportPages } from './served-report.ts';

interface ReportOptions {
  out?: string;
  open?: boolean;
  serve?: boolean;
  /** Port of the served page; 0: any free one. */
  port: number;
  json?: boolean;
}

export const reportCommand = (): Command =>
  new Command('report')
    .description("write a finished run's report and adapter into a folder")
    .argument('<run>')
    .option('--out <folder>', 'defaults to DERMFLOW_HOME/reports/<run>')
    .option('--open', 'open the page in the browser')
    .option(
      '--serve',
      'serve the page on this machine until Ctrl-C, e.g. for a browser at the other end of an SSH tunnel',
    )
    .option('--port <number>', 'for --serve; 0 is any free one', readPort, 0)
    .option('--json', 'as a JSON object')
    .action(report);

async function report(run: string, { out, serve, open, port, json }: ReportOptions): Promise<void> {
  const page = await withMomentaryServices(async (session) => {
    const folder = resolve(out ?? resolve(session.environment.home, 'reports', run));
    return fetchReport(await session.store(), await knownResultOf(session, run), folder);
  });
  const folder = dirname(page);
  const server = serve ? await servePages(reportPages(folder), { port }) : null;
  const address = server?.address ?? null;
  if (json) console.log(JSON.stringify({ run, report: page, adapter: resolve(folder, 'adapter'), address }));
  else console.log(address === null ? page : `${page}\n${address}`);
  if (open) await execa(process.platform === 'darwin' ? 'open' : 'xdg-open', [address ?? page]);
  if (server) await serveUntilInterrupted(server);
}

/** Says how to reach it from elsewhere. */
export async function serveUntilInterrupted({ port, close }: WebServer): Promise<void> {
  console.error(
    `served until Ctrl-C, on this machine alone; from another one: ssh -N -L ${port}:127.0.0.1:${port} HOST`,
  );
  const interrupted = untilInterrupted();
  if (!interrupted.aborted) await once(interrupted, 'abort');
  await close();
}

export function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('Expected a number from 0 to 65535.');
  return port;
}

/** Writes `report.html`, `report.json` and `adapter/` below `folder`; returns the path of the page. */
export async function fetchReport(
  store: ArtifactStore,
  { report, adapter }: Pick<RunResult, 'report' | 'adapter'>,
  folder: string,
): Promise<string> {
  await materialise(store, report, folder);
  await materialise(store, adapter, resolve(folder, 'adapter'));
  return resolve(folder, artifactFiles.report.page.name);
}
