/** What a program in place of people says of narratives about generated pictures: what is known of each drawing. */
import type { ScoringRecipe } from '../../domain/contracts/narratives.ts';
import type { Scores } from '../../domain/dermeval/dimensions.ts';
import { corrupt, userMistake } from '../../domain/failures.ts';
import { drawingsOf, scoreDrawn as scoreText } from '../../domain/narratives/drawn.ts';
import type { Narrative } from '../../domain/narratives/narrative.ts';
import { loadKnowledge } from '../knowledge.ts';

/** By the id of the narrative. */
export async function scoreDrawn(
  narratives: readonly Narrative[],
  { data, seed }: Pick<ScoringRecipe, 'data' | 'seed'>,
): Promise<ReadonlyMap<string, Scores>> {
  if (!data.generate) throw userMistake('data.generate is missing: a program reviews generated pictures alone');
  const knowledge = await loadKnowledge();
  const drawings = drawingsOf(data.generate, seed);
  return new Map(
    narratives.map(({ id, caseId, text }) => {
      const drawing = drawings.get(caseId);
      if (!drawing) throw corrupt(`narrative ${id} is about no generated picture`);
      return [id, scoreText(text, drawing, knowledge)];
    }),
  );
}
