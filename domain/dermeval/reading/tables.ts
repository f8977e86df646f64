/** Scores in tables: a row for each dimension, or a column for each; Markdown, HTML and tabs alike. */
import { dimensionNamed } from './names.ts';
import { noScore, type ScoreReading, scaleSaid } from './reading.ts';
import { counting, isMost } from './roles.ts';
import { readValue } from './value.ts';

const scoreHead = /score|rating|grade|mark|points|评分|得分|分数|打分|分值|點數|punkte|bewertung/iu;

interface Row {
  at: number;
  cells: string[];
}

/**
 * @param text without mark-up
 * @returns what was found, and the text without the tables that said it, as long as before
 */
export function readTables(text: string): { readings: ScoreReading[]; rest: string } {
  const readings: ScoreReading[] = [];
  let rest = text;
  for (const table of tablesIn(text)) {
    const found = readTable(table);
    if (!found.some(({ value }) => value !== null)) continue;
    readings.push(...found);
    const [first, last] = [table[0], table.at(-1)];
    if (!first || !last) continue;
    const end = text.indexOf('\n', last.at);
    const until = end < 0 ? text.length : end;
    rest = `${rest.slice(0, first.at)}${'\n'.repeat(until - first.at)}${rest.slice(until)}`;
  }
  return { readings, rest };
}

/** Lines of at least two cells that follow one another; rules between them are passed over. */
function tablesIn(text: string): Row[][] {
  const tables: Row[][] = [];
  let table: Row[] = [];
  let at = 0;
  for (const line of `${text}\n`.split('\n')) {
    const cells = cellsOf(line);
    if (cells.length >= 2) table.push({ at, cells });
    else if (!/^[\s|:+-]*[|+-][\s|:+-]*$/.test(line)) {
      if (table.length > 0) tables.push(table);
      table = [];
    }
    at += line.length + 1;
  }
  return tables;
}

function cellsOf(line: string): string[] {
  if (/^[\s|:+-]*$/.test(line)) return [];
  const cells = line.includes('|')
    ? line
        .replace(/^\s*\|/, '')
        .replace(/\|\s*$/, '')
        .split('|')
    : line.split('\t');
  return cells.map((cell) => cell.trim());
}

function readTable(rows: readonly Row[]): ScoreReading[] {
  const [head, ...others] = rows;
  if (!head) return [];
  const columns = head.cells.map(dimensionNamed);
  if (columns.filter((named) => named?.isLoose === false).length >= 2) return readColumns(head, others);
  const isHead = !columns.some((named) => named?.isLoose === false);
  const heads = head.cells.map((name, i) => ({ name, i }));
  const scored = heads.filter(({ name, i }) => scoreHead.test(name) && columns[i] === null);
  const most = heads.find(({ name }) => isMost(name));
  const chosen = counting(scored.length > 0 ? scored : heads, ({ name }) => name);
  return (isHead ? others : rows).flatMap(({ at, cells }) => {
    const place = cells.findIndex((cell) => dimensionNamed(cell) !== null);
    const named = dimensionNamed(cells[place] ?? '');
    if (!named) return [];
    const scale = scaleOf(most && cells[most.i]);
    const given = isHead
      ? chosen
          .filter(({ i }) => scored.length > 0 || i > place)
          .flatMap(({ i, name }) => saidIn(cells[i] ?? '', scaleSaid(name) ?? scale))
      : cells
          .slice(place + 1)
          .flatMap((cell) => saidIn(cell, null))
          .slice(0, 1);
    const values = given.length > 0 ? given : [null];
    return values
      .filter((value) => !named.isLoose || value !== null)
      .map((value) => ({ dimension: named.dimension, at, value }));
  });
}

/** Nothing where a cell holds words. */
function saidIn(cell: string, scale: number | null): ScoreReading['value'][] {
  const value = cellValue(cell, scale);
  return value || noScore.test(cell) ? [value] : [];
}

/** A column for each dimension, a row for each text that was scored. */
function readColumns(head: Row, rows: readonly Row[]): ScoreReading[] {
  const columns = head.cells.map(dimensionNamed);
  const label = columns.indexOf(null);
  const nameOf = ({ cells }: Row): string => cells[label] ?? '';
  const most = rows.find((row) => isMost(nameOf(row)));
  return counting(rows, nameOf).flatMap(({ at, cells }) =>
    columns.flatMap((named, i) => {
      const scale = scaleSaid(head.cells[i] ?? '') ?? scaleOf(most?.cells[i]);
      return named ? [{ dimension: named.dimension, at, value: cellValue(cells[i] ?? '', scale) }] : [];
    }),
  );
}

const scaleOf = (cell: string | undefined): number | null => (cell && /^\d+$/.test(cell) ? Number(cell) : null);
/** A cell is a score where it begins with one that no word follows. */
function cellValue(cell: string, scale: number | null): ScoreReading['value'] {
  const value = readValue(cell);
  if (!value || (value.scale === null && /^\s*[\p{L}]/u.test(value.rest))) return null;
  return { raw: value.raw, scale: value.scale ?? scale };
}
