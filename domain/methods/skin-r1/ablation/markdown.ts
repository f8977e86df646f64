/** The ablations as Markdown. */

import { markdownTable } from '../../../ablations/markdown-table.ts';
import { numbered } from '../../../report/numbered.ts';
import { taskTitles } from '../../../report/words.ts';
import type { Ablations } from './ablations.ts';
import { claimRowHead, claimRows, notesOn, resultCells, resultHead } from './words.ts';

export function ablationsMarkdown(ablations: Ablations): string {
  const { recipe, runs, rows } = ablations;
  const reasons = numbered(rows.map(({ notComparable }) => notComparable));
  const tables = [...Map.groupBy(rows, ({ task }) => task)].map(
    ([task, own]) =>
      `## ${taskTitles[task]}\n\n${markdownTable(
        resultHead,
        own.map((row) => resultCells(row, reasons.write)),
      )}`,
  );
  const named = runs.map(
    ({ run, seed, reward }) =>
      `- \`${run}\`: seed ${seed}, ${reward === 'own' ? "the recipe's own reward" : 'flat reward'}`,
  );
  return `${[
    `# Ablations of ${recipe}`,
    ...tables,
    ...(reasons.all.length === 0
      ? []
      : [`Not comparable: ${reasons.all.map((reason, i) => `(${i + 1}) ${reason}`).join('; ')}.`]),
    `## Claims of the paper\n\n${markdownTable(claimRowHead, claimRows(ablations))}`,
    notesOn(ablations)
      .map((note) => `- ${note}`)
      .join('\n'),
    `## Runs\n\n${named.join('\n')}`,
  ].join('\n\n')}\n`;
}
