/** `dermflow evaluate compare`: two evaluations of a benchmark, item by item. */
import { Command } from 'commander';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { readJsonLines } from '../../activities/store/commit.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { comparePaired, type PairedComparison } from '../../domain/evaluation/paired.ts';
import type { ReaderName } from '../../domain/evaluation/scored.ts';
import { userMistake } from '../../domain/failures.ts';
import { createRandom } from '../../domain/random.ts';
import { withAnswers } from '../question.ts';
import { type BoardRow, readBoard } from './board.ts';

/** An item's answer, of a benchmark's evaluation or of a run's own. */
export interface ComparedItem {
  id: string;
  group: string;
  expected: string;
  predicted: string | null;
  correct: boolean;
  output: string;
}

export interface ChangedItem {
  id: string;
  expected: string;
  first: Pick<ComparedItem, 'predicted' | 'correct' | 'output'>;
  second: Pick<ComparedItem, 'predicted' | 'correct' | 'output'>;
}

export interface Compared {
  first: string;
  second: string;
  benchmark: string;
  comparison: PairedComparison;
  /** Items whose reading changed, those that were lost first. */
  changed: ChangedItem[];
}

interface CompareOptions {
  benchmark?: string;
  limit: string;
  json?: boolean;
}

export const compareCommand = (): Command =>
  new Command('compare')
    .description('which items changed between two evaluations, with both outputs')
    .argument('<first>', 'a model as the leaderboard names it, or the first characters of an evaluation’s key')
    .argument('<second>')
    .option('--benchmark <name>', 'where a model has evaluations on several')
    .option('--limit <count>', 'show at most so many changed items', '20')
    .option('--json', 'as a JSON object, with every changed item')
    .action(compare);

async function compare(first: string, second: string, { benchmark, limit, json }: CompareOptions): Promise<void> {
  const shown = Number(limit);
  if (!Number.isInteger(shown) || shown < 0) throw userMistake(`--limit ${limit}: expected a whole number from 0`);
  const compared = await withAnswers(async ({ client, store }) => {
    const artifacts = await store();
    const board = await readBoard(artifacts, client.options.namespace);
    const { benchmark: own } = findRow(board, first, benchmark, [second]);
    return compareRows(artifacts, findRow(board, first, own), findRow(board, second, own));
  });
  console.log(json ? JSON.stringify(compared) : renderCompared(compared, shown));
}

/** @param others where no benchmark is named, one is taken that these have too */
export function findRow(
  board: readonly BoardRow[],
  name: string,
  benchmark: string | undefined,
  others: readonly string[] = [],
): BoardRow {
  const isNamed = ({ label, evaluation }: BoardRow, wanted: string): boolean =>
    label === wanted || (/^[0-9a-f]{6,64}$/.test(wanted) && evaluation.key.startsWith(wanted));
  const hasAll = (row: BoardRow): boolean =>
    others.every((other) => board.some((each) => each.benchmark === row.benchmark && isNamed(each, other)));
  const found = board.filter(
    (row) => isNamed(row, name) && (benchmark === undefined ? hasAll(row) : row.benchmark === benchmark),
  );
  const [row] = found;
  const names = [...new Set(found.map((each) => each.benchmark))];
  if (names.length > 1) throw userMistake(`${name}: has evaluations on ${names.join(', ')}; choose one by --benchmark`);
  const keys = [...new Set(found.map(({ evaluation }) => evaluation.key.slice(0, 12)))];
  if (keys.length > 1) throw userMistake(`${name}: names ${keys.length} evaluations; give one of ${keys.join(', ')}`);
  if (row) return row;
  const labels = [...new Set(board.map(({ label }) => label))];
  const known = labels.length === 0 ? 'there are none yet' : `there are ${labels.slice(0, 20).join(', ')}`;
  throw userMistake(
    `${name}: the store has no evaluation of it${benchmark === undefined ? '' : ` on ${benchmark}`}; ${known} ("dermflow leaderboard")`,
  );
}

/** Each by its own reader. Throws a user's mistake where they share no item. */
export async function compareRows(store: ArtifactStore, first: BoardRow, second: BoardRow): Promise<Compared> {
  const [a, b] = await Promise.all([first, second].map((row) => readCompared(store, row)));
  const before = new Map((a ?? []).map((item) => [item.id, item]));
  const pairs = (b ?? []).flatMap((item) => {
    const other = before.get(item.id);
    return other ? [{ first: other, second: item }] : [];
  });
  if (pairs.length === 0) {
    throw userMistake(`${first.label} and ${second.label} were asked no item in common on ${first.benchmark}`);
  }
  const seed = createRandom(`compare/${first.evaluation.sha256}/${second.evaluation.sha256}`);
  const side = ({ predicted, correct, output }: ComparedItem): ChangedItem['first'] => ({ predicted, correct, output });
  return {
    ...{ first: first.label, second: second.label, benchmark: first.benchmark },
    comparison: comparePaired(a ?? [], b ?? [], seed),
    changed: pairs
      .filter((pair) => pair.first.predicted !== pair.second.predicted || pair.first.correct !== pair.second.correct)
      .map((pair) => ({
        ...{ id: pair.first.id, expected: pair.first.expected, first: side(pair.first), second: side(pair.second) },
      }))
      .toSorted((x, y) => changeOf(x) - changeOf(y)),
  };
}

/** Lost, gained, wrong in another way. */
const changeOf = ({ first, second }: ChangedItem): number =>
  first.correct === second.correct ? 2 : first.correct ? 0 : 1;

async function readCompared(store: ArtifactStore, row: BoardRow): Promise<ComparedItem[]> {
  const { evaluation, benchmark, reader } = row;
  if (evaluation.kind === 'benchmark') {
    const { items } = artifactFiles.benchmark;
    const scored = await readJsonLines(store, evaluation, items.name, items.schema);
    return scored.map((item) => ({ ...item, ...item[reader satisfies ReaderName] }));
  }
  const { items } = artifactFiles.evaluation;
  const asked = await readJsonLines(store, evaluation, items.name, items.schema);
  const task = benchmark === 'id-diagnosis' ? 'diagnosis' : benchmark;
  return asked.filter((item) => item.task === task);
}

function renderCompared({ first, second, benchmark, comparison, changed }: Compared, shown: number): string {
  const { items, difference, low, high, onlyFirst, onlySecond, p } = comparison;
  const lines = [
    `${benchmark}: ${items} items that both were asked`,
    `${second} minus ${first}: ${(100 * difference).toFixed(1)} points (95 % interval ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}), McNemar's exact test p = ${p.toPrecision(2)}`,
    `right by the first alone ${onlyFirst}, by the second alone ${onlySecond}; ${changed.length} items changed`,
  ];
  for (const item of changed.slice(0, shown)) {
    lines.push('', `${item.id}: right is ${item.expected}`);
    for (const [name, side] of [[first, item.first] as const, [second, item.second] as const]) {
      lines.push(`  ${side.correct ? '✓' : '✗'} ${name}: ${side.predicted ?? 'not read'}`, indented(side.output));
    }
  }
  if (changed.length > shown) lines.push('', `… and ${changed.length - shown} more; --limit, or all with --json`);
  return lines.join('\n');
}

const indented = (text: string): string => text.trim().replaceAll(/^/gm, '      ');
