/** Scores of narratives about generated pictures, by what was drawn. */
import type { ArtifactRef } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { ScoringRecipe } from '../../domain/contracts/narratives.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import { drawnScorer, drawnScores } from '../../domain/narratives/drawn.ts';
import type { ScoredNarrative, ScorerIdentity } from '../../domain/narratives/narrative.ts';
import { commitOnce } from '../commit-once.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { flatMapRows } from '../rows.ts';
import { withScratchFolder } from '../scratch.ts';
import { fetchRows } from '../store/rows.ts';
import { storeScores } from './store-scores.ts';

export async function scoreByDrawing(
  { recipe, narratives }: { recipe: ScoringRecipe; narratives: ArtifactRef },
  { store, scratch, knowledge }: { store: ArtifactStore; scratch: string; knowledge: Knowledge },
): Promise<ArtifactRef> {
  const { maxUnscored } = recipe.narratives;
  const score = drawnScorer(recipe, knowledge);
  const pin = { rules: drawnScores, generate: recipe.data.generate ?? null, seed: recipe.seed };
  const scorer: ScorerIdentity = { by: 'drawn', words: 'what is known of the generated pictures', pin };
  const work = {
    kind: 'scores',
    method: drawnScores,
    inputs: { narratives: narratives.sha256, knowledge: knowledge.digest },
    params: { ...pin, maxUnscored },
  } as const;
  return withScratchFolder(scratch, 'scores', (folder) =>
    commitOnce(store, work, async () => {
      const { name, schema } = artifactFiles.narratives.narratives;
      const rows = await fetchRows(store, narratives, name, schema, folder);
      const scored = flatMapRows(rows, ({ id, caseId, text }): ScoredNarrative[] => [
        { id, ...score(caseId, text), text: null },
      ]);
      const remedy = 'score pictures of other sets by "judge" or "dermeval"';
      return storeScores(scored, scorer, { maxUnscored, remedy }, folder);
    }),
  );
}
