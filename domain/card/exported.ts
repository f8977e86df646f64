/** What a model card is about, from its recipe and what a run measured. */
import type { TaskScore } from '../contracts/evaluation.ts';
import type { ModelUnderTest } from '../evaluation/model-under-test.ts';
import type { Method, MethodWords } from '../methods/method.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { StageRow, TrainedWeights } from '../stages/index.ts';

/** The adapter that the card is about: how it was made, and what was measured of it. */
export interface Exported {
  method: Method<Recipe>;
  words: MethodWords;
  /** The stages that made it, in their order. */
  trained: readonly StageRow[];
  model: ModelUnderTest;
  weights: TrainedWeights;
  scores: readonly TaskScore[];
  /** On grey images; empty where that was not evaluated. */
  grey: readonly TaskScore[];
}
