/** The cases that are written about: of the training part alone, and of these as many as the recipe says. */
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { Case, ImageRef } from '../../domain/cases/case.ts';
import type { NarrativeRecipe } from '../../domain/contracts/narratives.ts';
import { corrupt, userMistake } from '../../domain/failures.ts';
import { createRandom } from '../../domain/random.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { filterRows, type Rows } from '../rows.ts';
import { fetchRows } from '../store/rows.ts';

const { cases: file } = artifactFiles.dataset;

interface DrawnCases {
  /** In the order of the data set. */
  cases: Rows<Case>;
  count: number;
}

/**
 * Draws them by the seed, whatever describes or reasons about them. Memory holds a number per case.
 *
 * @param folder that stands while the rows are read
 */
export async function drawCases(
  store: ArtifactStore,
  dataset: ArtifactRef,
  { seed, narratives: { cases: most } }: Pick<NarrativeRecipe, 'seed' | 'narratives'>,
  folder: string,
): Promise<DrawnCases> {
  const all = await fetchRows(store, dataset, file.name, file.schema, folder);
  const train = filterRows(all, ({ split }) => split === 'train');
  let total = 0;
  for await (const _ of train) total += 1;
  if (total === 0) throw userMistake('narratives: the training part has no case; add data, or raise data.split.train');
  const count = Math.min(most ?? total, total);
  const drawn = new Set(createRandom(`narratives/${seed}/cases`).order(total).slice(0, count));
  return { count, cases: filterRows(train, (_, at) => drawn.has(at)) };
}

/** The picture that is written about: a case's first. */
export function pictureOf({ id, images: [picture] }: Pick<Case, 'id' | 'images'>): ImageRef {
  if (!picture) throw corrupt(`case ${id} has no picture; import its data set again`);
  return picture;
}

/** Candidates of a case differ by chance alone. */
export function requireChance({ narratives: { candidates, temperature } }: Pick<NarrativeRecipe, 'narratives'>): void {
  if (candidates > 1 && temperature === 0) {
    throw userMistake(
      `narratives.candidates is ${candidates}, but at narratives.temperature 0 all would be the same; raise the temperature, or give 1`,
    );
  }
}
