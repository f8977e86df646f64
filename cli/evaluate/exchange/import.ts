/** `dermflow evaluate import`: a result file of VLMEvalKit or lmms-eval as a row beside ours. */
import { Command } from 'commander';
import { commitOnce } from '../../../activities/commit-once.ts';
import { scoreOf } from '../../../activities/evaluation/evaluate-benchmark.ts';
import { toJsonLines } from '../../../activities/json-lines.ts';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { type ArtifactRef, canonicalJson, digestOf } from '../../../domain/artifact.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import { asScoredItems } from '../../../domain/benchmarks/exchange/foreign.ts';
import { benchmarks } from '../../../domain/benchmarks/index.ts';
import { summariseChoices, summariseOpen } from '../../../domain/benchmarks/summarise.ts';
import { userMistake } from '../../../domain/failures.ts';
import { withSession } from '../../session.ts';
import { readForeign } from './formats.ts';

export interface Imported {
  evaluation: ArtifactRef;
  items: number;
  /** Items to which the tool gave no score: they are no wrong answers, and are left out. */
  withoutScore: number;
}

export const importCommand = (): Command =>
  new Command('import')
    .description('results of VLMEvalKit (.xlsx, .tsv, .csv, .json) or lmms-eval (.jsonl), as a row of the leaderboard')
    .argument('<file>', 'judged results, or samples')
    .requiredOption('--benchmark <name>', 'under which it is shown')
    .requiredOption('--model <label>', 'of the row')
    .action(async (file: string, { benchmark, model }: { benchmark: string; model: string }) => {
      const { items, withoutScore } = await withSession(async ({ store }) =>
        importResults(file, benchmark, model, await store({ writes: true })),
      );
      const left = withoutScore > 0 ? `; ${withoutScore} without a score are left out` : '';
      console.log(`${model} on ${benchmark}: ${items} items${left}`);
    });

/** Throws a user's mistake where the file has no scored item. The same file is imported once. */
export async function importResults(
  file: string,
  benchmark: string,
  label: string,
  store: ArtifactStore,
): Promise<Imported> {
  const read = await readForeign(file, benchmark);
  const scored = read.scored ?? asScoredItems(read);
  const withoutScore = read.items.length - scored.length;
  if (scored.length === 0) {
    throw userMistake(
      `${file}: none of its ${read.items.length} items has a score; give the judged results (column hit)`,
    );
  }
  if (read.scored === null && benchmarks.some(({ name }) => name === benchmark)) {
    throw userMistake(
      `--benchmark ${benchmark}: is one of Dermflow's, whose items these are not; name the tool's own, e.g. ${read.tool}-${benchmark}`,
    );
  }
  // Theirs are right or wrong by an unknown judge; ours have classes.
  const summary = (read.scored ? summariseChoices : summariseOpen)(benchmark, scored);
  const files = artifactFiles.benchmark;
  const params = { tool: read.tool, benchmark, label, outputs: digestOf(canonicalJson(scored)) };
  const evaluation = await commitOnce(
    store,
    { kind: 'benchmark', method: 'imported/1', inputs: {}, params },
    async () => ({
      facts: {
        ...{ ...scoreOf(summary), benchmark, label, reader: 'strict', profile: read.tool, shown: 'real', samples: 1 },
      },
      files: {
        [files.items.name]: toJsonLines(scored),
        [files.summary.name]: `${JSON.stringify(summary, null, 2)}\n`,
      },
    }),
  );
  return { evaluation, items: scored.length, withoutScore };
}
