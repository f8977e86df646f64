/** `dermflow evaluate compare`: two evaluations of a benchmark, item by item. */
import { Command, Option } from 'commander';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { readJsonLines } from '../../activities/store/rows.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { compareEvaluations, type EvaluationComparison } from '../../domain/evaluation/comparison.ts';
import { type ReaderName, readers, type ScoredItem } from '../../domain/evaluation/scored.ts';
import { userMistake } from '../../domain/failures.ts';
import { withAnswers } from '../question.ts';
import { type BoardRow, readBoard } from './board.ts';
import { renderCompared } from './render-compared.ts';
import { asScored } from './run-items.ts';

export interface Compared {
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
  const compared = await withAnswers(async ({ client, store }) => {
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
  const ways = Map.groupBy(found, ({ profile, samples }) => `prompts ${profile}, ${samples} per item`);
  if (ways.size > 1) {
    const known = [...ways].map(([way, rows]) => `${rows[0]?.evaluation.key.slice(0, 12)} (${way})`);
    throw userMistake(`${name}: names ${ways.size} evaluations; give the key of one: ${known.join(', ')}`);
  }
  // Of the same model asked in the same way the one with most items holds the others.
  const [row] = found.toSorted((a, b) => b.items - a.items);
  if (row) return row;
  const labels = [...new Set(board.map(({ label }) => label))];
  const known = labels.length === 0 ? 'there are none yet' : `there are ${labels.slice(0, 20).join(', ')}`;
  const on = benchmark ?? (other === undefined ? undefined : `a benchmark that ${other} has too`);
  throw userMistake(
    `${name}: the store has no evaluation of it${on === undefined ? '' : ` on ${on}`}; ${known} ("dermflow leaderboard")`,
  );
}

/** Throws a user's mistake where they share no item. */
export async function compareRows(
  store: ArtifactStore,
  first: BoardRow,
  second: BoardRow,
  reader: ReaderName = first.reader,
): Promise<Compared> {
  const [a, b] = [await readScored(store, first), await readScored(store, second)];
  const ids = new Set(a.map(({ id }) => id));
  if (!b.some(({ id }) => ids.has(id))) {
    throw userMistake(`${first.label} and ${second.label} were asked no item in common on ${first.benchmark}`);
  }
  const comparison = compareEvaluations(a, b, reader);
  return { first: first.label, second: second.label, benchmark: first.benchmark, comparison };
}

/** Items of the row's evaluation on its benchmark. */
export async function readScored(store: ArtifactStore, { evaluation, benchmark }: BoardRow): Promise<ScoredItem[]> {
  if (evaluation.kind === 'benchmark') {
    const { items } = artifactFiles.benchmark;
    return readJsonLines(store, evaluation, items.name, items.schema);
  }
  const { items } = artifactFiles.evaluation;
  const asked = await readJsonLines(store, evaluation, items.name, items.schema);
  const task = benchmark === 'id-diagnosis' ? 'diagnosis' : benchmark;
  return asked.filter((item) => item.task === task).map(asScored);
}
