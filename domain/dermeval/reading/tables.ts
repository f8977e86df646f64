/** Scores in tables: a row for each dimension, or a column for each; Markdown, HTML and tabs alike. */
import { dimensionNamed } from './names.ts';
import { noScore, type Reading, scaleSaid } from './reading.ts';
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
export function readTables(text: string): { readings: Reading[]; rest: string } {
  const readings: Reading[] = [];
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

function readTable(rows: readonly Row[]): Reading[] {
  const [head, ...others] = rows;
  if (!head) return [];
  const columns = head.cells.map(dimensionNamed);
  if (columns.filter((named) => named?.isLoose === false).length >= 2) {
    return others.flatMap(({ at, cells }) =>
      columns.flatMap((named, i) =>
        named
          ? [{ dimension: named.dimension, at, value: cellValue(cells[i] ?? '', scaleSaid(head.cells[i] ?? '')) }]
          : [],
      ),
    );
  }
  const scores = head.cells.findIndex((cell, i) => scoreHead.test(cell) && columns[i] === null);
  const scale = scores < 0 ? null : scaleSaid(head.cells[scores] ?? '');
  return rows.flatMap(({ at, cells }) => {
    const place = cells.findIndex((cell) => dimensionNamed(cell) !== null);
    const named = dimensionNamed(cells[place] ?? '');
    if (!named) return [];
    const value = scores >= 0 ? cellValue(cells[scores] ?? '', scale) : firstValue(cells.slice(place + 1));
    return named.isLoose && value === null ? [] : [{ dimension: named.dimension, at, value }];
  });
}

function firstValue(cells: readonly string[]): Reading['value'] {
  for (const cell of cells) {
    const value = cellValue(cell, null);
    if (value || noScore.test(cell)) return value;
  }
  return null;
}

/** A cell is a score where it begins with one that no word follows. */
function cellValue(cell: string, scale: number | null): Reading['value'] {
  const value = readValue(cell);
  if (!value || (value.scale === null && /^\s*[\p{L}]/u.test(value.rest))) return null;
  return { raw: value.raw, scale: value.scale ?? scale };
}
