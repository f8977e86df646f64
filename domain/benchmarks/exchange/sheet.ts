/** A sheet of a workbook as it is read and written: cells keep their types, so that nothing is lost on the way. */
import { userMistake } from '../../failures.ts';
import type { QuotedTable } from './quoted-table.ts';

/** Null: an empty cell. */
export type SheetCell = string | number | boolean | Date | null;

export interface Sheet {
  name: string;
  columns: string[];
  rows: SheetCell[][];
}

/** Excel's limit, in UTF-16 units. */
const mostCharacters = 32_767;

/** A, B, …, Z, AA, … as Excel names columns, from 0. */
export const columnName = (at: number): string =>
  (at >= 26 ? columnName(Math.floor(at / 26) - 1) : '') + String.fromCharCode(65 + (at % 26));

/** The place of a cell for messages; row 1 is that of the names. */
export const placeOf = (file: string, sheet: Pick<Sheet, 'name' | 'columns'>, row: number, column: number): string =>
  `${file}: sheet ${sheet.name}: row ${row}: column ${columnName(column)}${sheet.columns[column] ? ` (${sheet.columns[column]})` : ''}`;

/** All cells as text; an empty one is no text. Whole numbers have no decimal point, as in the tools' text formats. */
export const asTable = ({ columns, rows }: Sheet): QuotedTable => ({
  columns,
  rows: rows.map((row) =>
    columns.map((_, i) => {
      const cell = row[i] ?? null;
      if (cell === null) return '';
      return cell instanceof Date ? cell.toISOString() : String(cell);
    }),
  ),
});

/**
 * Checks that a workbook can hold the texts of a sheet. One that it cannot hold is a user's mistake that names the cell:
 * Excel would take the file for damaged, other readers would lose characters.
 */
export function requireCells(sheet: Sheet, file: string): void {
  for (const [i, row] of sheet.rows.entries()) {
    for (const [j, cell] of row.entries()) {
      if (typeof cell === 'number' && !Number.isFinite(cell)) {
        throw userMistake(
          `${placeOf(file, sheet, i + 2, j)}: ${cell} is not a number that a workbook can hold; leave it empty`,
        );
      }
      if (typeof cell !== 'string') continue;
      const remedy = 'write .tsv instead';
      if (cell.length > mostCharacters) {
        throw userMistake(
          `${placeOf(file, sheet, i + 2, j)}: has ${cell.length} characters, a cell of a workbook at most ${mostCharacters}; ${remedy}`,
        );
      }
      if (/[\uFFFE\uFFFF]/.test(cell) || !cell.isWellFormed()) {
        throw userMistake(`${placeOf(file, sheet, i + 2, j)}: holds a character that no workbook can hold; ${remedy}`);
      }
    }
  }
}
