/** `dermflow evaluate compare`: two evaluations of a benchmark, item by item. */
import { Command, Option } from 'commander';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { compareEvaluations, type EvaluationComparison } from '../../domain/evaluation/comparison.ts';
import { type ReaderName, readers } from '../../domain/evaluation/scored.ts';
import { userMistake } from '../../domain/failures.ts';
import { itemNames } from '../../domain/pages/told-apart.ts';
import { withMomentaryServices } from '../momentary-services.ts';
import { type BoardRow, modelsBehind, readBoard } from './board.ts';
import { renderCompared } from './render-compared.ts';
import { indexById, readAsked, readScored } from './row-items.ts';

export { readScored } from './row-items.ts';

interface Compared {
  first: string;
  second: string;
  benchmark: string;
  comparison: EvaluationComparison;
}

interface CompareOptions {
  benchmark?: string;
  reader?: ReaderName;
  limit: string;
  json?: boolean;
}

export const compareCommand = (): Command =>
  new Command('compare')
    .description('which items changed between two evaluations, with both outputs')
    .argument('<first>', 'a model as the leaderboard names it, or the first characters of an evaluation’s key')
    .argument('<second>')
    .option('--benchmark <name>', 'where both have evaluations on several')
    .addOption(new Option('--reader <name>', "default: the first one's").choices([...readers]))
    .option('--limit <count>', 'show at most so many changed items', '20')
    .option('--json', 'as a JSON object, with every changed item')
    .action(compare);

async function compare(first: string, second: string, options: CompareOptions): Promise<void> {
  const { benchmark, reader, limit, json } = options;
  const shown = Number(limit);
  if (!Number.isInteger(shown) || shown < 0) throw userMistake(`--limit ${limit}: expected a whole number from 0`);
  const compared = await withMomentaryServices(async ({ client, store }) => {
    const artifacts = await store();
    const board = await readBoard(artifacts, client.options.namespace);
    const a = findRow(board, first, benchmark, second);
    return compareRows(artifacts, a, findRow(board, second, a.benchmark), reader);
  });
  console.log(json ? JSON.stringify(compared) : renderCompared(compared, shown));
}

/** @param other where no benchmark is named, one is taken that this model has too */
export function findRow(
  board: readonly BoardRow[],
  name: string,
  benchmark: string | undefined,
  other?: string,
): BoardRow {
  const isNamed = ({ label, evaluation }: BoardRow, wanted: string): boolean =>
    label === wanted || (/^[0-9a-f]{6,64}$/.test(wanted) && evaluation.key.startsWith(wanted));
  const isOn = (row: BoardRow): boolean =>
    benchmark === undefined
      ? other === undefined || board.some((each) => each.benchmark === row.benchmark && isNamed(each, other))
      : row.benchmark === benchmark;
  const found = board.filter((row) => isNamed(row, name) && isOn(row));
  const names = [...new Set(found.map((each) => each.benchmark))];
  if (names.length > 1) throw userMistake(`${name}: has evaluations on ${names.join(', ')}; choose one by --benchmark`);
  const ways = waysOf(found);
  if (ways.length > 1) {
    const known = ways.map(({ words, row }) => `${row.evaluation.key.slice(0, 12)} (${words})`);
    throw userMistake(`${name}: names ${ways.length} evaluations; give the key of one: ${known.join(', ')}`);
  }
  // Of the same model, by its weights, asked in the same way the one with most items holds the others.
  const [row] = found.toSorted((a, b) => b.items - a.items);
  if (row) return row;
  const labels = [...new Set(board.map(({ label }) => label))];
  const known = labels.length === 0 ? 'there are none yet' : `there are ${labels.slice(0, 20).join(', ')}`;
  const on = benchmark ?? (other === undefined ? undefined : `a benchmark that ${other} has too`);
  throw userMistake(
    `${name}: the store has no evaluation of it${on === undefined ? '' : ` on ${on}`}; ${known} ("dermflow leaderboard")`,
  );
}

/** Evaluations that differ in more than their number of items, each with its words; one of each. */
function waysOf(rows: readonly BoardRow[]): { words: string; row: BoardRow }[] {
  const ways = Map.groupBy(rows, ({ profile, samples }) => `prompts ${profile}, ${samples} per item`);
  return [...ways].flatMap(([way, alike]) =>
    [...Map.groupBy(alike, modelsBehind(alike))].flatMap(([model, own]) =>
      own.slice(0, 1).map((row) => ({ words: model === '' ? way : `${way}, answers of ${model}`, row })),
    ),
  );
}

/** Throws a user's mistake where they share no item. */
export async function compareRows(
  store: ArtifactStore,
  first: BoardRow,
  second: BoardRow,
  reader: ReaderName = first.reader,
): Promise<Compared> {
  const names = itemNames();
  const read = async (row: BoardRow) => {
    const nameOf = names(indexById(await readAsked(store, row)));
    return (await readScored(store, row)).map((item) => ({ ...item, id: nameOf(item.id) }));
  };
  const [a, b] = [await read(first), await read(second)];
  const ids = new Set(a.map(({ id }) => id));
  if (!b.some(({ id }) => ids.has(id))) {
    throw userMistake(
      `${first.label} and ${second.label} were asked no item in common on ${first.benchmark}: the same picture with the same options`,
    );
  }
  const comparison = compareEvaluations(a, b, reader);
  return { first: first.label, second: second.label, benchmark: first.benchmark, comparison };
}
