/**
 * Confusion matrices on disk: one of all labels of the taxonomy takes megabytes of memory, a run has one per model and
 * task, and the page draws the final model's. Rows go to disk while the next ones are read.
 */
import { randomUUID } from 'node:crypto';
import { appendFileSync, closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { EvaluationSummary, TaskSummary } from '../../../domain/evaluation/summary.ts';

interface ConfusionFiles {
  /** Takes the rows that are whole out of what was read of a summary so far; empty ones stay in their places. */
  take(part: unknown): void;
  /** That summary with all its rows; one is read whenever it is asked for, while the folder stands, and not kept. */
  complete(summary: EvaluationSummary): EvaluationSummary;
}

/** The rows of a matrix, one after the other. */
interface Matrix {
  path: string;
  /** Where each ends, in numbers. */
  ends: number[];
}

/** Of one summary. */
export function createConfusionFiles(folder: string): ConfusionFiles {
  const matrices: Matrix[] = [];
  const put = (task: number, rows: readonly (readonly number[])[]): Matrix => {
    const matrix = matrices[task] ?? { path: join(folder, `confusion-${randomUUID()}`), ends: [] };
    matrices[task] = matrix;
    if (rows.length > 0) appendFileSync(matrix.path, new Uint8Array(Float64Array.from(rows.flat()).buffer));
    for (const { length } of rows) matrix.ends.push((matrix.ends.at(-1) ?? 0) + length);
    return matrix;
  };
  return {
    take: (part) => {
      for (const [task, counts] of wholeRows(part)) {
        const known = matrices[task]?.ends.length ?? 0;
        const rows = counts.slice(known);
        if (!rows.every(isRow)) continue; // whoever parses the summary says what is wrong with it
        put(task, rows);
        for (const row of rows) row.length = 0;
      }
    },
    complete: ({ tasks, ...summary }) => ({
      ...summary,
      tasks: tasks.map(({ confusion, ...rest }, task): TaskSummary => {
        const { labels, counts, unparsed } = confusion;
        const matrix = put(task, counts.slice(matrices[task]?.ends.length ?? 0));
        return {
          ...rest,
          get confusion(): TaskSummary['confusion'] {
            return { labels, counts: rowsOnDisk(matrix), unparsed };
          },
        };
      }),
    }),
  };
}

/** Of each task that was read so far the rows that are there; the last row of the last task may lack its end. */
function* wholeRows(part: unknown): Generator<[task: number, counts: unknown[]]> {
  const tasks = fieldOf(part, 'tasks');
  if (!Array.isArray(tasks)) return;
  for (const [i, task] of tasks.entries()) {
    const counts = fieldOf(fieldOf(task, 'confusion'), 'counts');
    if (Array.isArray(counts)) yield [i, i < tasks.length - 1 ? counts : counts.slice(0, -1)];
  }
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const isRow = (row: unknown): row is number[] => Array.isArray(row) && row.every((count) => Number.isInteger(count));

function rowsOnDisk({ path, ends }: Matrix): number[][] {
  const rows: number[][] = [];
  for (const [i, end] of ends.entries())
    Object.defineProperty(rows, i, { enumerable: true, get: () => readRow(path, ends[i - 1] ?? 0, end) });
  return rows;
}

function readRow(path: string, from: number, to: number): number[] {
  const row = new Float64Array(to - from);
  const file = openSync(path, 'r');
  try {
    readSync(file, row, 0, row.byteLength, from * row.BYTES_PER_ELEMENT);
  } finally {
    closeSync(file);
  }
  return Array.from(row);
}
