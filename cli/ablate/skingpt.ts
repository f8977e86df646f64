/** The ablation of SkinGPT-R1 out of finished runs: its table, in a folder and in the terminal. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { readJsonLines } from '../../activities/store/rows.ts';
import { type ArmRun, buildSkinGptAblation, type SkinGptAblation } from '../../domain/ablations/skingpt.ts';
import {
  armCells,
  armHead,
  armNotes,
  armsToMarkdown,
  claimCells,
  claimHead,
} from '../../domain/ablations/skingpt-words.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { RunResult } from '../../domain/contracts/run.ts';
import { renderTable } from '../follow/render.ts';

interface Finished {
  run: string;
  seed: number;
  result: RunResult;
}

export function ablationOf(
  recipe: string,
  finished: readonly Finished[],
  store: ArtifactStore,
): Promise<SkinGptAblation> {
  const { name, schema } = artifactFiles.benchmark.items;
  const runs = finished.map(
    ({ run, seed, result: { benchmarks = [] } }): ArmRun => ({
      ...{ run, seed, benchmarks },
      itemsOf: ({ evaluation }) => readJsonLines(store, evaluation, name, schema),
    }),
  );
  return buildSkinGptAblation(recipe, runs);
}

/** Returns the path of the table. */
export async function writeSkinGptAblation(folder: string, ablation: SkinGptAblation): Promise<string> {
  await mkdir(folder, { recursive: true });
  const page = join(folder, 'ablations.md');
  await writeFile(join(folder, 'ablations.json'), `${JSON.stringify(ablation, null, 2)}\n`);
  await writeFile(page, armsToMarkdown(ablation));
  return page;
}

export const renderSkinGptAblation = (ablation: SkinGptAblation): string =>
  [
    renderTable(armHead, armCells(ablation)),
    `claims of the paper\n${renderTable(claimHead, claimCells(ablation))}`,
    armNotes(ablation).join('\n'),
  ].join('\n\n');
