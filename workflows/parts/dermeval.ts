/** DermEval: the evaluator of narratives where the recipe trains one, and the scores of all narratives by whom it names. */
import type { ArtifactRef } from '../../domain/artifact.ts';
import type { CertifiedResult, ScoresResult, ScoringRecipe } from '../../domain/contracts/narratives.ts';
import type { CheckpointRef, ModelRef } from '../../domain/contracts/references.ts';
import type { StretchResult } from '../../domain/contracts/training.ts';
import type { RecipeParts } from '../../domain/recipe/parts.ts';
import { evaluateNarratives, judgeNarratives, scoreByDrawing, trainSoreb } from '../activities.ts';
import type { Progress } from '../progress.ts';
import { trainByEpochs } from './by-epochs.ts';
import { inStretches } from './stretches.ts';

export interface Evaluator {
  /** Null where the recipe trains none. */
  checkpoint: CheckpointRef | null;
  sft: StretchResult[];
  soreb: StretchResult[];
}

/** Supervised on people's scores, then SOREB. */
export async function trainEvaluator(
  recipe: Pick<RecipeParts, 'seed' | 'model' | 'dermeval'>,
  model: ModelRef,
  reviewed: CertifiedResult | null,
  progress: Progress,
): Promise<Evaluator> {
  const { dermeval, seed } = recipe;
  if (!dermeval || !reviewed) return { checkpoint: null, sft: [], soreb: [] };
  const { judgements, counts } = reviewed;
  const settings = { seed, model: recipe.model, lora: dermeval.lora, sft: dermeval.sft };
  const rows = { trajectories: judgements, rows: counts.evaluatorRows };
  const sft = await trainByEpochs('dermeval-sft', recipe, { recipe: settings, model, ...rows }, progress);
  const supervised = sft.at(-1)?.checkpoint;
  if (!supervised) throw new RangeError('an evaluator without epochs');
  const settled = { recipe: { seed, model: recipe.model, dermeval }, model, judgements, sft: supervised };
  const soreb = await inStretches('dermeval', recipe, progress, (stopAt) => trainSoreb({ ...settled, stopAt }));
  return { checkpoint: soreb.at(-1)?.checkpoint ?? supervised, sft, soreb };
}

/** Of every narrative, by whom the recipe names and by nobody else. */
export function scoreNarratives(
  recipe: ScoringRecipe,
  model: ModelRef,
  narratives: ArtifactRef,
  evaluator: CheckpointRef | null,
): Promise<ScoresResult> {
  const { scoredBy } = recipe.narratives;
  if (scoredBy === 'judge') return judgeNarratives({ recipe, narratives });
  if (scoredBy === 'drawn') return scoreByDrawing({ recipe, narratives });
  if (!evaluator) throw new RangeError('narratives are scored by an evaluator that was not trained');
  return evaluateNarratives({ recipe, model, evaluator, narratives });
}
