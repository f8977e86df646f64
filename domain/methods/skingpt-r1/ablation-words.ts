/** The ablation of SkinGPT-R1 as cells of tables, for terminals and Markdown alike. */

import { markdownTable } from '../../ablations/markdown-table.ts';
import type { Estimate } from '../../ablations/over-seeds.ts';
import { percent, percentRange, points, pointsRange, pValue } from '../../report/words.ts';
import { stages } from '../../stages/index.ts';
import type { Arm, SkinGptR1Ablation } from './ablation.ts';

const titles: Record<Arm, string> = {
  base: 'Base model',
  dermcot: `+ ${stages.dermcot.title}`,
  distillation: `+ ${stages.distillation.title}`,
};

export const armHead = ['Benchmark', 'Model', 'Score', '95 % interval', 'Grey image', 'Unread', 'n'] as const;

export const armCells = ({ rows }: SkinGptR1Ablation): string[][] =>
  rows.map(({ benchmark, arm, score, grey, unread, items }) => [
    ...[benchmark, titles[arm], percent(score.value), rangeOf(score)],
    ...[grey ? percent(grey.value) : '–', percent(unread), String(items)],
  ]);

const rangeOf = ({ low, high }: Estimate): string =>
  low === null || high === null ? '–' : percentRange({ low, high });

export const claimHead = ['Claim', 'Benchmark', 'Standing', 'Difference', '95 % interval', 'p'] as const;

export const claimCells = ({ claims }: SkinGptR1Ablation): string[][] =>
  claims.map(({ benchmark, better, than, test, correctedP, standing }) => [
    ...[`${titles[better]} above ${titles[than]}`, benchmark, standing],
    ...[points(test.difference), pointsRange(test), pValue(correctedP)],
  ]);

/** Said below the tables. */
export function armNotes({ runs }: SkinGptR1Ablation): string[] {
  return [
    runs.length === 1
      ? 'Intervals are by patients, of one seed: they say nothing of how training varies.'
      : `Scores are means of ${runs.length} seeds with Student's interval over them; claims are tested on the items of all seeds, by patients.`,
    'Of DermBench’s part a score is the mean of the six dimensions as a share of 5. p is corrected for all claims (Holm).',
    'The paper states the order base < + DermCoT < + distillation (narratives and recognition) and prints no numbers for it.',
  ];
}

export function armsToMarkdown(ablation: SkinGptR1Ablation): string {
  const runs = ablation.runs.map(({ run, seed }) => `- \`${run}\`: seed ${seed}`);
  return `${[
    `# Ablation of ${ablation.recipe}`,
    markdownTable(armHead, armCells(ablation)),
    `## Claims of the paper\n\n${markdownTable(claimHead, claimCells(ablation))}`,
    armNotes(ablation)
      .map((note) => `- ${note}`)
      .join('\n'),
    `## Runs\n\n${runs.join('\n')}`,
  ].join('\n\n')}\n`;
}
