/**
 * Result files of VLMEvalKit (vlmeval/smp/file.py): predictions and judged results of multiple-choice sets as tables, with
 * `PRED_FORMAT=tsv`, `json` or, by default, as Excel's .xlsx, whose bytes are read in activities/exchange; and `_acc.csv` of
 * the scores.
 */
import { z } from 'zod';
import { type ScoredItem, scoredItemSchema } from '../../evaluation/scored.ts';
import { userMistake } from '../../failures.ts';
import type { BenchmarkItem } from '../benchmark.ts';
import type { ForeignEvaluation } from './foreign.ts';
import { parsePythonJson } from './python-json.ts';
import { parseQuotedTable, printQuotedTable, type QuotedTable } from './quoted-table.ts';
import { asTable, type Sheet, type SheetCell } from './sheet.ts';

const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
/** Our own column, by which nothing of a scored item is lost on the way out and in. */
const ours = 'dermflow';

interface VlmEvalKitResult extends ForeignEvaluation {
  /** All columns as they are; `printQuotedTable` writes them again. */
  table: QuotedTable;
  /** Our own scored items, where the file was written by us. */
  scored: ScoredItem[] | null;
}

/**
 * Reads predictions (`<model>_<set>.tsv`) or judged results (with columns `hit` and `log`) by the ending of the file.
 * Without `hit` no item has a score.
 */
export function parseVlmEvalKit(text: string, file: string, task: string): VlmEvalKitResult {
  const table = file.endsWith('.json') ? fromRecords(text, file) : parseQuotedTable(text, separatorOf(file), file);
  return fromTable(table, file, task);
}

/** The same of the sheet of a workbook, which `writeWorkbook` writes again. */
export const parseVlmEvalKitSheet = (sheet: Sheet, file: string, task: string): VlmEvalKitResult =>
  fromTable(asTable(sheet), `${file}: sheet ${sheet.name}`, task);

function fromTable(table: QuotedTable, file: string, task: string): VlmEvalKitResult {
  for (const column of ['index', 'prediction']) {
    if (!table.columns.includes(column))
      throw userMistake(`${file}: lacks the column ${column}; give a table that VLMEvalKit wrote`);
  }
  const own = table.rows.map((row) => ownItem(fieldOf(table, row, ours)));
  return {
    tool: 'VLMEvalKit',
    task,
    table,
    items: table.rows.map((row) => ({
      id: fieldOf(table, row, 'index'),
      source: fieldOf(table, row, 'category') || task,
      output: fieldOf(table, row, 'prediction'),
      expected: fieldOf(table, row, 'answer'),
      score: asScore(fieldOf(table, row, 'hit')),
    })),
    scored: own.length > 0 && own.every((item) => item !== null) ? own : null,
  };
}

function separatorOf(file: string): ',' | '\t' {
  if (file.endsWith('.tsv')) return '\t';
  if (file.endsWith('.csv')) return ',';
  throw userMistake(`${file}: is neither .xlsx, .tsv, .csv nor .json; give a table that VLMEvalKit wrote`);
}

const fieldOf = ({ columns }: QuotedTable, row: readonly string[], column: string): string =>
  row[columns.indexOf(column)] ?? '';

/** `1`, `0`, `1.0`, `True`; null for an empty field and for what is no share. */
function asScore(field: string): number | null {
  if (/^true$/i.test(field)) return 1;
  if (/^false$/i.test(field)) return 0;
  const value = field.trim() === '' ? Number.NaN : Number(field);
  return value >= 0 && value <= 1 ? value : null;
}

function ownItem(field: string): ScoredItem | null {
  if (field === '') return null;
  try {
    return scoredItemSchema.parse(JSON.parse(field));
  } catch {
    return null;
  }
}

/** A list of records, with the columns of all of them; what is no text is written as JSON, and null as nothing. */
function fromRecords(text: string, file: string): QuotedTable {
  let value: unknown;
  try {
    value = parsePythonJson(text);
  } catch (error) {
    throw userMistake(`${file}: is not JSON (${String(error)})`, error);
  }
  const records = z.array(z.record(z.string(), z.unknown())).safeParse(value);
  if (!records.success) {
    throw userMistake(
      `${file}: expected a list of records; give a table that VLMEvalKit wrote, or of lmms-eval its samples (--log_samples, .jsonl): its results hold no items`,
    );
  }
  const columns = [...new Set(records.data.flatMap((record) => Object.keys(record)))];
  const asText = (field: unknown): string =>
    typeof field === 'string' ? field : field === null || field === undefined ? '' : (JSON.stringify(field) ?? '');
  return { columns, rows: records.data.map((record) => columns.map((column) => asText(record[column]))) };
}

/** Our scored items as the rows of a table of judged results; the tool passes over the column that holds the rest. */
export const printVlmEvalKit = (items: readonly BenchmarkItem[], scored: readonly ScoredItem[]): Iterable<string> =>
  printQuotedTable(asTable(vlmEvalKitSheet(items, scored)), '\t');

/** The same as the sheet of a workbook: numbers are numbers there, and what is left out is an empty cell. */
export function vlmEvalKitSheet(items: readonly BenchmarkItem[], scored: readonly ScoredItem[]): Sheet {
  const byId = new Map(items.map((item) => [item.id, item]));
  const most = items.reduce((highest, { options }) => Math.max(highest, options.length), 0);
  const used = letters.slice(0, most);
  const columns = ['index', 'question', ...used, 'answer', 'category', 'split', 'prediction', 'hit', 'log', ours];
  const rows = scored.map((own, i): SheetCell[] => {
    const item = byId.get(own.id);
    const labels = used.map((letter) => item?.options.find((option) => option.letter === letter)?.label ?? null);
    const log = own.unreadable ?? `read as ${own.strict.predicted ?? 'nothing'}`;
    return [
      ...[i, item?.prompt ?? null, ...labels, item?.answer ?? own.expected, own.source, 'test'],
      ...[own.output, own.strict.score, log, JSON.stringify(own)],
    ];
  });
  // As pandas names it.
  return { name: 'Sheet1', columns, rows };
}
