/** What a program in place of people says of narratives about generated pictures: what was drawn. */
import type { ScoringRecipe } from '../../domain/contracts/narratives.ts';
import type { Scores } from '../../domain/dermeval/dimensions.ts';
import { drawnScorer } from '../../domain/narratives/drawn.ts';
import type { Narrative } from '../../domain/narratives/narrative.ts';
import { loadKnowledge } from '../knowledge.ts';

/** By the ids of the narratives; one whose picture was not drawn lacks all six, and is skipped. */
export async function scoreByDrawings(
  narratives: readonly Narrative[],
  recipe: ScoringRecipe,
): Promise<ReadonlyMap<string, Scores>> {
  const score = drawnScorer(recipe, await loadKnowledge());
  return new Map(narratives.map(({ id, caseId, text }) => [id, score(caseId, text).scores]));
}
