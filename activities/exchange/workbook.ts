/**
 * Workbooks of Excel (.xlsx), by hucre: it separates formulas from values, which the prediction `=A` is taken for by the
 * library that VLMEvalKit writes with, and writes texts as texts, so that none becomes a formula.
 */
import { type Cell, readXlsx, writeXlsx } from 'hucre/xlsx';
import { placeOf, requireCells, type Sheet, type SheetCell } from '../../domain/benchmarks/exchange/sheet.ts';
import { userMistake } from '../../domain/failures.ts';

const remedy = 'give a workbook that VLMEvalKit wrote, or run it with PRED_FORMAT=tsv';

/**
 * The one sheet of a workbook, the first row as names of columns. What is no such workbook is a user's mistake that names
 * file, sheet, row and column.
 */
export async function readWorkbook(bytes: Uint8Array, file: string): Promise<Sheet> {
  const { sheets } = await readXlsx(bytes).catch((error: unknown) => {
    const [what] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw userMistake(`${file}: is not a workbook that can be read (${what}); ${remedy}`, error);
  });
  const [own, ...others] = sheets.filter(({ rows }) => rows.length > 0);
  if (!own) throw userMistake(`${file}: its sheets are empty; ${remedy}`);
  if (others.length > 0) {
    const names = sheets.map(({ name }) => name).join(', ');
    throw userMistake(
      `${file}: has ${others.length + 1} sheets (${names}), VLMEvalKit writes one; keep that with the predictions`,
    );
  }
  const [head = [], ...body] = own.rows;
  const width = own.rows.reduce((widest, row) => Math.max(widest, row.length), 0);
  const at = { name: own.name, columns: [] };
  const columns = Array.from({ length: width }, (_, i) => {
    const name = head[i];
    if (typeof name === 'string' && name !== '') return name;
    throw userMistake(`${placeOf(file, at, 1, i)}: has no name of a column; ${remedy}`);
  });
  const twice = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twice !== undefined) {
    throw userMistake(
      `${placeOf(file, at, 1, columns.lastIndexOf(twice))}: ${twice} stands twice; rename one of the columns`,
    );
  }
  const sheet = { name: own.name, columns };
  const rows = body.map((row, i) =>
    columns.map((_, j) => cellOf(row[j] ?? null, own.cells?.get(`${i + 1},${j}`), placeOf(file, sheet, i + 2, j))),
  );
  return { ...sheet, rows };
}

/** A formula is the text that it was before the library that wrote it took it for one. */
function cellOf(value: unknown, cell: Cell | undefined, place: string): SheetCell {
  if (cell?.formula !== undefined) return `=${cell.formula}`;
  if (cell?.type === 'error') {
    throw userMistake(`${place}: holds the error ${String(value)}; write the text there, or run with PRED_FORMAT=tsv`);
  }
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value) || value instanceof Date) {
    return value as SheetCell; // these are its types
  }
  throw userMistake(`${place}: is neither text nor number; ${remedy}`);
}

/** Throws a user's mistake that names the cell which no workbook can hold. */
export async function writeWorkbook(sheet: Sheet, file: string): Promise<Uint8Array> {
  requireCells(sheet, file);
  const rows = [sheet.columns, ...sheet.rows].map((row) => row.map(escaped));
  return writeXlsx({ sheets: [{ name: sheet.name, rows }] });
}

/** A workbook has characters that XML lacks as `_x000D_`; what looks so already gets its underscore written so. */
const escaped = (cell: SheetCell): SheetCell =>
  typeof cell === 'string' ? cell.replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_') : cell;
