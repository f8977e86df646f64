/**
 * Result files of lmms-eval, in the form in which its `EvaluationTracker` writes them (lmms_eval/loggers, with
 * `--log_samples`): `<date>_samples_<task>.jsonl`, one item per line, and `<date>_results.json`.
 */
import { z } from 'zod';
import { digestOf } from '../../artifact.ts';
import { type ScoredItem, scoredItemSchema } from '../../evaluation/scored.ts';
import { userMistake } from '../../failures.ts';
import type { BenchmarkItem } from '../benchmark.ts';
import type { ForeignEvaluation, ForeignItem } from './foreign.ts';
import { parsePythonJson } from './python-json.ts';

/** What a line always has; metrics stand beside it under their own names. */
const lineSchema = z.looseObject({
  doc_id: z.union([z.int(), z.string()]).transform(String),
  target: z.unknown(),
  filtered_resps: z.array(z.unknown()),
  resps: z.unknown().optional(),
});
type Line = z.infer<typeof lineSchema>;

const bookkeeping: ReadonlySet<string> = new Set(
  `doc_id doc target input input_media arguments resps filtered_resps filter metrics doc_hash prompt_hash target_hash
   token_counts success`.split(/\s+/),
);

/** Our own field among the metrics, by which nothing of a scored item is lost on the way out and in. */
const ours = 'dermflow';

/** The lines as they are, so that they can be written again byte for byte, and what they say. */
export interface LmmsEvalSamples extends ForeignEvaluation {
  lines: string[];
  /** Metrics of which each item's score is the first that its line has; others that scored it otherwise are no part of it. */
  metrics: { taken: string[]; left: string[] };
  /** Our own scored items, where the file was written by us. */
  scored: ScoredItem[] | null;
}

/**
 * Reads a file of samples. A line that cannot be used is a user's mistake that names file and row.
 *
 * @param metric which of the metrics is the score; without it the first that is one anywhere in the file and that the
 *   line has: where that is NaN the item has no score, whatever other metrics say
 */
export function parseLmmsEvalSamples(text: string, file: string, task: string, metric?: string): LmmsEvalSamples {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const rows = lines.map((line, i) => parseLine(line, `${file}: row ${i + 1}`));
  const own = rows.map((row) => scoredItemSchema.safeParse(row[ours]));
  const names = metric === undefined ? metricsOf(rows) : [metric];
  if (metric !== undefined && !rows.some((row) => metric in row)) {
    const known = metricsOf(rows).join(', ') || 'none that is a number from 0 to 1';
    throw userMistake(`${file}: no line has the metric "${metric}"; there are ${known}`);
  }
  return {
    tool: 'lmms-eval',
    task,
    lines,
    items: rows.map((row) => asItem(row, task, names)),
    metrics: takenOf(rows, names),
    scored: own.length > 0 && own.every(({ success }) => success) ? own.flatMap(({ data }) => data ?? []) : null,
  };
}

function parseLine(line: string, where: string): Line {
  let value: unknown;
  try {
    value = parsePythonJson(line);
  } catch (error) {
    throw userMistake(`${where}: is not JSON (${String(error)}); give the samples that lmms-eval wrote`, error);
  }
  const result = lineSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw userMistake(
    `${where}: ${issue?.path.join('.') || 'the line'}: ${issue?.message}; give the samples that lmms-eval wrote`,
  );
}

const asItem = (row: Line, task: string, names: readonly string[]): ForeignItem => ({
  id: row.doc_id,
  source: task,
  output: outputOf(row.filtered_resps),
  expected: typeof row.target === 'string' ? row.target : (JSON.stringify(row.target) ?? ''),
  score: asScore(row[names.find((name) => name in row) ?? '']),
});

/** The first response, however deep it is nested. */
function outputOf(responses: unknown): string {
  if (typeof responses === 'string') return responses;
  if (Array.isArray(responses)) return responses.length === 0 ? '' : outputOf(responses[0]);
  return responses === undefined || responses === null ? '' : (JSON.stringify(responses) ?? '');
}

/** Fields that are a score in any line, in the order in which they first are. */
const metricsOf = (rows: readonly Line[]): string[] => [
  ...new Set(
    rows.flatMap((row) =>
      Object.entries(row).flatMap(([name, value]) =>
        bookkeeping.has(name) || name === ours || asScore(value) === null ? [] : [name],
      ),
    ),
  ),
];

/** Those by which lines are scored, and those that say something else of a line. */
function takenOf(rows: readonly Line[], names: readonly string[]): LmmsEvalSamples['metrics'] {
  const [taken, left] = [new Set<string>(), new Set<string>()];
  for (const row of rows) {
    const [first, ...others] = names.filter((name) => name in row);
    if (first === undefined) continue;
    taken.add(first);
    for (const name of others) if (asScore(row[name]) !== asScore(row[first])) left.add(name);
  }
  return { taken: [...taken], left: [...left].filter((name) => !taken.has(name)) };
}

/** A number or truth value, also as the `score` of an object; null for anything else and beyond 0 to 1. */
function asScore(value: unknown): number | null {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number') return value >= 0 && value <= 1 ? value : null;
  if (typeof value === 'object' && value !== null && 'score' in value) return asScore(value.score);
  return null;
}

/** The lines of a file that was read, byte for byte. */
export const printLines = ({ lines }: Pick<LmmsEvalSamples, 'lines'>): string =>
  lines.map((line) => `${line}\n`).join('');

/** What our scores are called in files of lmms-eval. `judge_score`: of narratives, a judge's mean as a share of 5. */
export type LmmsEvalMetric = 'accuracy' | 'judge_score';

/** Our scored items as the lines of a file of samples; `dermflow` holds all that lmms-eval has no field for. */
export function* printLmmsEvalSamples(
  items: readonly BenchmarkItem[],
  scored: readonly ScoredItem[],
  metric: LmmsEvalMetric,
): Generator<string> {
  const prompts = new Map(items.map((item) => [item.id, item]));
  for (const [i, own] of scored.entries()) {
    const item = prompts.get(own.id);
    const line = {
      doc_id: i,
      target: item?.answer ?? own.expected,
      filtered_resps: [own.output],
      doc_hash: digestOf(own.id),
      [metric]: own.strict.score,
      [`${metric}_lenient`]: own.lenient.score,
      [ours]: own,
      input: item?.prompt ?? '',
    };
    yield `${JSON.stringify(line)}\n`;
  }
}
