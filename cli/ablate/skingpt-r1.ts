/** The ablation of SkinGPT-R1: base, + DermCoT, + distillation, all of which one run of the recipe holds. */
import { readJsonLines } from '../../activities/store/rows.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import { buildSkinGptR1Ablation, type SkinGptR1Ablation } from '../../domain/methods/skingpt-r1/ablation.ts';
import {
  armCells,
  armHead,
  armNotes,
  armsToMarkdown,
  claimCells,
  claimHead,
} from '../../domain/methods/skingpt-r1/ablation-words.ts';
import type { SkinGptR1Recipe } from '../../domain/recipe/methods/skingpt-r1.ts';
import { renderTable } from '../table.ts';
import type { TableOf } from './kind.ts';

const { name, schema } = artifactFiles.benchmark.items;

export const skinGptR1Table: TableOf<SkinGptR1Recipe> = async (recipe, done, store) => {
  const ablation = await buildSkinGptR1Ablation(
    recipe,
    done.map(({ run, recipe: { seed }, result: { benchmarks = [] } }) => ({
      ...{ run, seed, benchmarks },
      itemsOf: ({ evaluation }) => readJsonLines(store, evaluation, name, schema),
    })),
  );
  return {
    ...{ json: ablation, text: render(ablation), page: 'ablations.md' },
    files: {
      'ablations.json': `${JSON.stringify(ablation, null, 2)}\n`,
      'ablations.md': armsToMarkdown(ablation),
    },
  };
};

const render = (ablation: SkinGptR1Ablation): string =>
  [
    renderTable(armHead, armCells(ablation)),
    `claims of the paper\n${renderTable(claimHead, claimCells(ablation))}`,
    armNotes(ablation).join('\n'),
  ].join('\n\n');
