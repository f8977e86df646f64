/** Scores of narratives as an artifact, whoever gives them: a missing one is counted, and above a share there is no result. */
import { join } from 'node:path';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { meanScore } from '../../domain/dermeval/dimensions.ts';
import { DermflowError, failureTypes } from '../../domain/failures.ts';
import type { ScoredNarrative, ScorerIdentity } from '../../domain/narratives/narrative.ts';
import type { Made } from '../commit-once.ts';
import { writeLineFiles } from '../json-lines.ts';
import type { Rows } from '../rows.ts';

const files = artifactFiles.scores;

/**
 * @param maxUnscored share of narratives without all six scores above which an `LlmFailure` is thrown
 * @param remedy what helps then
 */
export async function storeScores(
  scored: Rows<ScoredNarrative>,
  scorer: ScorerIdentity,
  { maxUnscored, remedy }: { maxUnscored: number; remedy: string },
  folder: string,
): Promise<Made> {
  const path = join(folder, files.scores.name);
  const faults = new Map<string, number>();
  let missing = 0;
  const count = await writeLineFiles({ rows: path }, async ({ rows }) => {
    for await (const row of scored) {
      await rows.write(row);
      if (meanScore(row.scores) !== null) continue;
      missing += 1;
      const fault = row.fault ?? 'no score';
      faults.set(fault, (faults.get(fault) ?? 0) + 1);
    }
    return rows.count();
  });
  if (missing > maxUnscored * count) {
    const reasons = [...faults].toSorted(([, a], [, b]) => b - a).slice(0, 3);
    throw new DermflowError(
      failureTypes.llm,
      `${missing} of ${count} narratives have no complete scores (${reasons.map(([fault, n]) => `${fault}: ${n}`).join('; ')}), narratives.maxUnscored allows ${maxUnscored}; ${remedy}`,
      { final: true }, // another attempt would find the same
    );
  }
  return {
    facts: { scored: count - missing, missing, by: scorer.by },
    files: {
      [files.scores.name]: { path },
      [files.stats.name]: `${JSON.stringify(scorer, null, 2)}\n`,
    },
  };
}
