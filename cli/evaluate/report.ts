/** `dermflow evaluate report`: pages of evaluations of one benchmark, out of the store. */
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { execa } from 'execa';
import { userMistake } from '../../domain/failures.ts';
import { servePages } from '../../infra/web-server.ts';
import { readPort, serveUntilInterrupted } from '../follow/report.ts';
import { withMomentaryServices } from '../momentary-services.ts';
import { type BoardRow, modelsBehind, readBoard } from './board.ts';
import { findRow } from './compare.ts';
import { isRule, readPageSources } from './page-sources.ts';
import { servedFiles } from './served-pages.ts';
import { indexFile, type WrittenPages, writePages } from './write-pages.ts';

interface PagesOptions {
  benchmark?: string;
  out?: string;
  open?: boolean;
  serve?: boolean;
  port: number;
  json?: boolean;
}

export const pagesCommand = (): Command =>
  new Command('report')
    .description('pages of evaluations of a benchmark: leaderboard, differences, and every item to look through')
    .argument('[evaluation...]', 'models as the leaderboard names them, or first characters of keys; default: all')
    .option('--benchmark <name>', 'where there are evaluations on several')
    .option('--out <folder>', 'defaults to DERMFLOW_HOME/reports/evaluations/<benchmark>')
    .option('--open', 'open the page in the browser')
    .option('--serve', 'serve the pages on this machine until Ctrl-C')
    .option('--port <number>', 'for --serve; 0 is any free one', readPort, 0)
    .option('--json', 'as a JSON object')
    .action(report);

async function report(names: string[], { benchmark, out, ...shown }: PagesOptions): Promise<void> {
  const { folder, files } = await withMomentaryServices(async ({ client, store, environment }) => {
    const artifacts = await store();
    const board = await readBoard(artifacts, client.options.namespace);
    const ruleKeys = new Set<string>();
    for (const row of board) if (await isRule(artifacts, row)) ruleKeys.add(row.evaluation.key);
    const { chosen, name } = chooseRows(board, names, benchmark, (row) => ruleKeys.has(row.evaluation.key));
    const place = resolve(out ?? join(environment.home, 'reports', 'evaluations', name));
    const beside = board.filter((row) => row.benchmark === name);
    const sources = await readPageSources(artifacts, chosen, beside, client.options.namespace);
    return { folder: place, files: await writePages(artifacts, place, sources) };
  });
  await show(folder, files, shown);
}

/** Throws a user's mistake that lists what there is. Rules are no choice of their own where nothing is named. */
export function chooseRows(
  board: readonly BoardRow[],
  names: readonly string[],
  benchmark: string | undefined,
  isRuleRow: (row: BoardRow) => boolean,
): { name: string; chosen: BoardRow[] } {
  const known = [...new Set(board.map((row) => row.benchmark))];
  const [first] = names;
  const name = benchmark ?? (first === undefined ? only(known) : findRow(board, first, undefined).benchmark);
  const chosen =
    first === undefined
      ? fullest(board.filter((row) => row.benchmark === name && !isRuleRow(row)))
      : names.map((each) => findRow(board, each, name));
  if (chosen.length > 0) return { name, chosen };
  throw userMistake(
    `the store has no evaluation on ${name}; ${known.length === 0 ? 'there are none yet' : `there are some on ${known.join(', ')}`} ("dermflow leaderboard")`,
  );
}

/**
 * Of the same model, by its weights, asked in the same way the evaluation with most items holds the others, e.g. those of
 * nights.
 */
function fullest(rows: readonly BoardRow[]): BoardRow[] {
  const ways = Map.groupBy(rows, ({ label, profile, samples, shown }) =>
    JSON.stringify([label, profile, samples, shown]),
  );
  return [...ways.values()]
    .flatMap((alike) => [...Map.groupBy(alike, modelsBehind(alike)).values()])
    .flatMap((own) => own.toSorted((a, b) => b.items - a.items).slice(0, 1));
}

function only(known: readonly string[]): string {
  const [name, ...others] = known;
  if (name === undefined) throw userMistake('the store has no evaluation; "dermflow evaluate" makes some');
  if (others.length > 0) throw userMistake(`--benchmark is missing: there are evaluations on ${known.join(', ')}`);
  return name;
}

async function show(
  folder: string,
  files: WrittenPages,
  { open, serve, port, json }: Omit<PagesOptions, 'benchmark' | 'out'>,
): Promise<void> {
  const page = join(folder, indexFile);
  const { clientScript, scriptSource } = await import('../../activities/reporting/evaluations/script.ts');
  const server = serve
    ? await servePages(servedFiles(folder, files), { port, scripts: [scriptSource(await clientScript())] })
    : null;
  const address = server?.address ?? null;
  if (json) console.log(JSON.stringify({ page, pages: files.map((file) => join(folder, file)), address }));
  else console.log(address === null ? page : `${page}\n${address}`);
  if (open) await execa(process.platform === 'darwin' ? 'open' : 'xdg-open', [address ?? page]);
  if (server) await serveUntilInterrupted(server);
}
