/** Result files of other tools by their endings. */
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { readWorkbook, writeWorkbook } from '../../../activities/exchange/workbook.ts';
import type { BenchmarkItem } from '../../../domain/benchmarks/benchmark.ts';
import type { ForeignEvaluation } from '../../../domain/benchmarks/exchange/foreign.ts';
import {
  type LmmsEvalMetric,
  type LmmsEvalSamples,
  parseLmmsEvalSamples,
  printLmmsEvalSamples,
} from '../../../domain/benchmarks/exchange/lmms-eval.ts';
import { lmmsEvalResultsEnding, printLmmsEvalResults } from '../../../domain/benchmarks/exchange/lmms-eval-results.ts';
import {
  parseVlmEvalKit,
  parseVlmEvalKitSheet,
  printVlmEvalKit,
  vlmEvalKitSheet,
} from '../../../domain/benchmarks/exchange/vlmevalkit.ts';
import type { BenchmarkSummary } from '../../../domain/benchmarks/summaries/summary.ts';
import type { ScoredItem } from '../../../domain/evaluation/scored.ts';
import { userMistake } from '../../../domain/failures.ts';

type Foreign = ForeignEvaluation & {
  scored: ScoredItem[] | null;
  /** Of lmms-eval: which metrics are the scores, and which say something else. */
  metrics?: LmmsEvalSamples['metrics'];
};

/**
 * Throws a user's mistake that names the file, and the row or cell.
 *
 * @param metric of lmms-eval's: which is the score
 */
export async function readForeign(file: string, task: string, metric?: string): Promise<Foreign> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw userMistake(
      `${file}: cannot be read (${String(error)}); give a file that VLMEvalKit or lmms-eval wrote`,
      error,
    );
  });
  if (metric !== undefined && !file.endsWith('.jsonl'))
    throw userMistake(
      `--metric ${metric}: is for samples of lmms-eval (.jsonl); tables of VLMEvalKit have one score, hit`,
    );
  if (file.endsWith('.xlsx')) return parseVlmEvalKitSheet(await readWorkbook(bytes, file), file, task);
  const text = bytes.toString('utf8');
  return file.endsWith('.jsonl') ? parseLmmsEvalSamples(text, file, task, metric) : parseVlmEvalKit(text, file, task);
}

/** An evaluation of ours. */
interface Written {
  /** Of the model. */
  label: string;
  items: readonly BenchmarkItem[];
  scored: readonly ScoredItem[];
  summary: BenchmarkSummary;
  /** What lmms-eval calls a score. */
  metric: LmmsEvalMetric;
}

/** `.xlsx` and `.tsv` as VLMEvalKit has them; of lmms-eval `.jsonl`, its samples, and `_results.json`, its scores. */
export async function writeForeign(file: string, { label, items, scored, summary, metric }: Written): Promise<void> {
  if (file.endsWith('.xlsx'))
    return writeFile(file, await writeWorkbook(vlmEvalKitSheet(items, scored), basename(file)));
  if (file.endsWith('.tsv')) return writeFile(file, printVlmEvalKit(items, scored));
  if (file.endsWith('.jsonl')) return writeFile(file, printLmmsEvalSamples(items, scored, metric));
  if (file.endsWith(lmmsEvalResultsEnding)) return writeFile(file, printLmmsEvalResults(label, summary, metric));
  throw userMistake(
    `${file}: end its name in .xlsx or .tsv (VLMEvalKit), in .jsonl or ${lmmsEvalResultsEnding} (samples and scores of lmms-eval)`,
  );
}
