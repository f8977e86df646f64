/** The ablations of Skin-R1: with and without SFT, by step, and the flat reward. */
import { ablationsPage } from '../../activities/reporting/ablations/skin-r1.ts';
import { type Ablations, buildAblations } from '../../domain/methods/skin-r1/ablation/ablations.ts';
import { toMarkdown } from '../../domain/methods/skin-r1/ablation/markdown.ts';
import {
  cellsOf,
  claimHead,
  claimRows,
  notesOn,
  numbered,
  tableHead,
} from '../../domain/methods/skin-r1/ablation/words.ts';
import type { SkinR1Recipe } from '../../domain/recipe/methods/skin-r1.ts';
import { taskTitles } from '../../domain/report/words.ts';
import { renderTable } from '../table.ts';
import type { TableOf } from './kind.ts';
import { itemsIn, readRun } from './read.ts';

export const skinR1Table: TableOf<SkinR1Recipe> = async (recipe, done, store) => {
  const ablated = await Promise.all(
    done.map(({ run, recipe: { seed, rewards }, result }) =>
      readRun(store, result, { run, seed, reward: rewards.granularity === 'flat' ? 'flat' : 'own' }),
    ),
  );
  const results = new Map(done.map(({ run, result }) => [run, result]));
  const ablations = await buildAblations(recipe, ablated, itemsIn(store, results));
  return {
    ...{ json: ablations, text: render(ablations), page: 'ablations.html' },
    files: {
      'ablations.json': `${JSON.stringify(ablations, null, 2)}\n`,
      'ablations.md': toMarkdown(ablations),
      'ablations.html': await ablationsPage(ablations),
    },
  };
};

function render(ablations: Ablations): string {
  const { rows } = ablations;
  const reasons = numbered(rows.map(({ notComparable }) => notComparable));
  const tables = [...Map.groupBy(rows, ({ task }) => task)].map(
    ([task, own]) =>
      `${taskTitles[task]}\n${renderTable(
        tableHead,
        own.map((row) => cellsOf(row, reasons.write)),
      )}`,
  );
  const legend = reasons.all.map((reason, i) => `(${i + 1}) ${reason}`);
  return [
    ...tables,
    ...(legend.length > 0 ? [`not comparable:\n${legend.join('\n')}`] : []),
    `claims of the paper\n${renderTable(claimHead, claimRows(ablations))}`,
    notesOn(ablations).join('\n'),
  ].join('\n\n');
}
