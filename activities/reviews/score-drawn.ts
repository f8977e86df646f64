/** What a program in place of people says of narratives about generated pictures: what was drawn. */
import type { ScoringRecipe } from '../../domain/contracts/narratives.ts';
import type { Scores } from '../../domain/dermeval/dimensions.ts';
import { drawingsOf, scoreDrawn } from '../../domain/narratives/drawn.ts';
import type { Narrative } from '../../domain/narratives/narrative.ts';
import { loadKnowledge } from '../knowledge.ts';

/** By the ids of the narratives; one whose picture was not drawn has none. */
export async function scoreByDrawings(
  narratives: readonly Narrative[],
  { data, seed }: ScoringRecipe,
): Promise<ReadonlyMap<string, Scores>> {
  const drawings = data.generate ? drawingsOf(data.generate, seed) : new Map();
  const knowledge = await loadKnowledge();
  return new Map(
    narratives.flatMap(({ id, caseId, text }) => {
      const drawing = drawings.get(caseId);
      return drawing ? [[id, scoreDrawn(text, drawing, knowledge)]] : [];
    }),
  );
}
