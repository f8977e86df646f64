/** `dermflow leaderboard`: every evaluation in the store, by benchmark. */
import { Command, Option } from 'commander';
import { withMomentaryServices } from '../momentary-services.ts';
import { renderNarratives } from '../scores/render-narratives.ts';
import { renderSampled } from '../scores/render-sampled.ts';
import { byHighestScore, renderScores, scoresCsv, scoresMarkdown } from '../scores/render-scores.ts';
import { collect } from '../start/start.ts';
import { type BoardRow, readBoard } from './board.ts';

const formats = ['table', 'markdown', 'csv', 'json'] as const;

interface LeaderboardOptions {
  benchmark: string[];
  format: (typeof formats)[number];
  json?: boolean;
}

export const leaderboardCommand = (): Command =>
  new Command('leaderboard')
    .description('all evaluations in the store, by benchmark, with 95 % intervals')
    .option('--benchmark <name>', 'only this one; may be repeated', collect, [])
    .addOption(new Option('--format <name>').choices([...formats]).default('table'))
    .option('--json', 'the same as --format json')
    .action(leaderboard);

async function leaderboard({ benchmark, format, json = false }: LeaderboardOptions): Promise<void> {
  const all = await withMomentaryServices(async ({ client, store }) =>
    readBoard(await store(), client.options.namespace),
  );
  const rows = all.filter((row) => benchmark.length === 0 || benchmark.includes(row.benchmark));
  if (rows.length === 0 && all.length > 0) console.error(noneOn(benchmark, all));
  if (rows.length > 0 || all.length === 0 || json || format === 'json')
    console.log(write(rows, json ? 'json' : format));
}

/** Where there are others. */
export function noneOn(named: readonly string[], all: readonly BoardRow[]): string {
  const known = [...new Set(all.map(({ benchmark }) => benchmark))].toSorted().join(', ');
  return `no evaluations on ${named.join(', ')}; there are some on ${known}`;
}

export function write(rows: readonly BoardRow[], format: LeaderboardOptions['format']): string {
  if (format === 'json') return JSON.stringify(byHighestScore(rows));
  if (format === 'csv') return scoresCsv(rows);
  if (rows.length === 0) return 'no evaluations; "dermflow evaluate" makes some';
  if (format === 'markdown') return scoresMarkdown(rows);
  return [renderScores(rows), ...renderSampled(byHighestScore(rows)), ...renderNarratives(rows)].join('\n');
}
