/** The ablations of Skin-R1: with and without SFT, by step, and the flat reward. */
import { ablationsPage } from '../../activities/reporting/ablations/page.ts';
import { type Ablations, buildAblations } from '../../domain/ablations/ablations.ts';
import { toMarkdown } from '../../domain/ablations/markdown.ts';
import { ablationRuns, type RewardVariant } from '../../domain/ablations/variants.ts';
import { cellsOf, claimHead, claimRows, notesOn, numbered, tableHead } from '../../domain/ablations/words.ts';
import type { SkinR1Recipe } from '../../domain/recipe/methods/skin-r1.ts';
import { taskTitles } from '../../domain/report/words.ts';
import { renderTable } from '../table.ts';
import type { AblationKind } from './kind.ts';
import { itemsIn, readRun } from './read.ts';

export const skinR1Ablation: AblationKind<SkinR1Recipe, RewardVariant> = {
  runsOf: (recipe) =>
    ablationRuns(recipe).map(({ reward, recipe: own }) => ({
      ...{ recipe: own, variant: reward, words: reward === 'flat' ? 'flat reward' : "the recipe's own reward" },
    })),
  tableOf: async (recipe, done, store) => {
    const ablated = await Promise.all(
      done.map(({ run, seed, variant, result }) => readRun(store, result, { run, seed, reward: variant })),
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
  },
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
