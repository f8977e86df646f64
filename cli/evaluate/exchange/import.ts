/** `dermflow evaluate import`: a result file of VLMEvalKit or lmms-eval as a row beside ours. */
import { Command } from 'commander';
import { commitOnce } from '../../../activities/commit-once.ts';
import { benchmarkFiles } from '../../../activities/evaluation/benchmark-files.ts';
import { scoreFacts } from '../../../activities/evaluation/evaluate-benchmark.ts';
import { withScratchFolder } from '../../../activities/scratch.ts';
import type { ReadingFrom } from '../../../activities/store/rows.ts';
import { type ArtifactRef, digestOfJson } from '../../../domain/artifact.ts';
import { benchmarks } from '../../../domain/benchmarks/catalogue/index.ts';
import { type ForeignItem, foreignAsScoredItems } from '../../../domain/benchmarks/exchange/foreign.ts';
import { summariseChoices, summariseOpen } from '../../../domain/benchmarks/summaries/summarise.ts';
import { userMistake } from '../../../domain/failures.ts';
import { withSession } from '../../session.ts';
import { readForeign } from './formats.ts';

interface Imported {
  evaluation: ArtifactRef;
  items: number;
  /** Items to which the tool gave no score: they are no wrong answers, and are left out. */
  withoutScore: number;
  /** Of lmms-eval: the metrics that are the scores, and those that say something else. */
  metrics?: { taken: string[]; left: string[] };
}

export const importCommand = (): Command =>
  new Command('import')
    .description('results of VLMEvalKit (.xlsx, .tsv, .csv, .json) or lmms-eval (.jsonl), as a row of the leaderboard')
    .argument('<file>', 'judged results, or samples')
    .requiredOption('--benchmark <name>', 'under which it is shown')
    .requiredOption('--model <label>', 'of the row')
    .option('--metric <name>', 'of lmms-eval: which is the score; default: the first')
    .option('--json', 'as a JSON object')
    .action(async (file: string, { benchmark, model, metric, json }: ImportOptions) => {
      const imported = await withSession(async ({ store, environment: { scratch } }) =>
        importResults(file, benchmark, model, { store: await store({ writes: true }), scratch }, metric),
      );
      if (json) return console.log(JSON.stringify({ benchmark, model, ...imported }));
      const { items, withoutScore, metrics } = imported;
      const left = withoutScore > 0 ? `; ${withoutScore} without a score are left out` : '';
      const others = metrics?.left.length ? ` (not ${metrics.left.join(', ')}; --metric takes another)` : '';
      const scored = metrics?.taken.length ? `, scored by ${metrics.taken.join(', ')}${others}` : '';
      console.log(`${model} on ${benchmark}: ${items} items${scored}${left}`);
    });

interface ImportOptions {
  benchmark: string;
  model: string;
  metric?: string;
  json?: boolean;
}

/** Throws a user's mistake where the file has no scored item. The same file is imported once. */
export async function importResults(
  file: string,
  benchmark: string,
  label: string,
  { store, scratch }: ReadingFrom,
  metric?: string,
): Promise<Imported> {
  requireName('--benchmark', benchmark);
  requireName('--model', label);
  const read = await readForeign(file, benchmark, metric);
  requireOnce(read.items, file, read.tool);
  const scored = read.scored ?? foreignAsScoredItems(read);
  const withoutScore = read.items.length - scored.length;
  if (scored.length === 0) {
    throw userMistake(
      `${file}: none of its ${read.items.length} items has a score; ${read.tool === 'lmms-eval' ? 'give samples of a task with a metric per item that is a number from 0 to 1' : 'give the judged results (column hit)'}`,
    );
  }
  if (read.scored === null && benchmarks.some(({ name }) => name === benchmark)) {
    throw userMistake(
      `--benchmark ${benchmark}: is one of Dermflow's, whose items these are not; name the tool's own, e.g. ${read.tool}-${benchmark}`,
    );
  }
  // Theirs are right or wrong by an unknown judge; ours have classes.
  const summary = (read.scored ? summariseChoices : summariseOpen)(benchmark, scored);
  const params = { tool: read.tool, benchmark, label, outputs: digestOfJson(scored) };
  const work = { kind: 'benchmark', method: 'imported/1', inputs: {}, params } as const;
  const described = { benchmark, label, reader: 'strict', profile: read.tool, shown: 'real', samples: 1 };
  // Around all, since the rows are stored after they were written.
  const evaluation = await withScratchFolder(scratch, 'import', (folder) =>
    commitOnce(store, work, async () => ({
      facts: { ...scoreFacts(summary), ...described },
      files: await benchmarkFiles(folder, summary, { items: scored }),
    })),
  );
  const metrics = read.scored === null && read.metrics ? { metrics: read.metrics } : {};
  return { evaluation, items: scored.length, withoutScore, ...metrics };
}

/** Labels and benchmarks stand in tables of one line per row; that of a benchmark also names a folder of pages. */
function requireName(flag: '--benchmark' | '--model', name: string): void {
  const isOneLine = /^[^\p{Cc}\u2028\u2029]{1,200}$/u.test(name) && name.trim() !== '';
  const isFolder = flag === '--model' || !/[/\\]|^\.+$/.test(name);
  if (isOneLine && isFolder) return;
  const without = flag === '--benchmark' ? ', without "/" and "\\"' : '';
  throw userMistake(`${flag} ${JSON.stringify(name)}: expected 1 to 200 characters on one line${without}`);
}

/** Items are known by their ids: one that stands twice would count twice, and be paired with itself. */
function requireOnce(items: readonly ForeignItem[], file: string, tool: string): void {
  const rows = new Map<string, number>();
  for (const [i, { id }] of items.entries()) {
    const before = rows.get(id);
    if (before !== undefined) {
      const remedy = tool === 'lmms-eval' ? 'keep the lines of one filter' : 'keep one row for each index';
      throw userMistake(`${file}: item ${id} stands twice, in rows ${before + 1} and ${i + 1}; ${remedy}`);
    }
    rows.set(id, i);
  }
}
