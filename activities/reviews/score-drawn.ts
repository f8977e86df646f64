/** What a program in place of people says of narratives about generated pictures. */
import type { ScoringRecipe } from '../../domain/contracts/narratives.ts';
import { byDimension, type Scores } from '../../domain/dermeval/dimensions.ts';
import type { Narrative } from '../../domain/narratives/narrative.ts';

/** By whether the diagnosis is named. */
export async function scoreDrawn(
  narratives: readonly Narrative[],
  _recipe: ScoringRecipe,
): Promise<ReadonlyMap<string, Scores>> {
  return new Map(
    narratives.map(({ id, diagnosis, text }) => [id, byDimension(() => (text.includes(diagnosis) ? 4.5 : 1))]),
  );
}
