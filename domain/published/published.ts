/** Numbers that others have published, with where they stand. Nothing here was measured by us. */
import type { TableSet } from './sets.ts';

export type Measure = 'accuracy' | 'macroF1';

/** The column of a table's averages. */
export const averageColumn = 'average';

interface PublishedRow {
  /** As the source calls the model. */
  model: string;
  /** By column, e.g. `{ bcn20000: 0.6345, average: 0.6385 }`. */
  values: Readonly<Record<string, number>>;
  note?: string;
}

/** A table of a source, or the part of it that belongs to one benchmark and one measure. */
export interface PublishedTable {
  /** E.g. `Skin-R1 (arXiv 2511.14900 v1), Table 2`. */
  source: string;
  measure: Measure;
  /** Its columns, with their items; the average is of all, weighted by them. */
  sets: readonly TableSet[];
  rows: readonly PublishedRow[];
}

/** A row as it is written down: the model, its values in the order of the sets, and the average last. */
export type Cells = readonly [model: string, values: readonly number[]];

export const publishedTable = (
  place: string,
  measure: Measure,
  sets: readonly TableSet[],
  rows: readonly Cells[],
  notes: Readonly<Record<string, string>> = {},
): PublishedTable => {
  const columns = [...sets.map(({ source }) => source), averageColumn];
  return {
    source: `Skin-R1 (arXiv 2511.14900 v1), ${place}`,
    measure,
    sets,
    rows: rows.map(([model, values]) => ({
      model,
      values: Object.fromEntries(values.map((value, i) => [columns[i] ?? '', value])),
      ...(notes[model] ? { note: notes[model] } : {}),
    })),
  };
};
