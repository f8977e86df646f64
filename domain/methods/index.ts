/** The methods that Dermflow has. A new one is a line here, and what CONTRIBUTING.md lists ("Adding a method"). */
import type { ModelUnderTest } from '../evaluation/model-under-test.ts';
import { userMistake } from '../failures.ts';
import type { Uses } from '../plan/paths.ts';
import { assumedMethod, type MethodName, type Recipe, type RecipeOf } from '../recipe/recipe.ts';
import { type Stage, stages, type TrainedWeights, type Trains, trainedStages } from '../stages/index.ts';
import type { Method } from './method.ts';
import { skinR1Method } from './skin-r1/method.ts';
import { skinGptR1Method } from './skingpt-r1/method.ts';

const ofRecipe = { 'skin-r1': skinR1Method, 'skingpt-r1': skinGptR1Method } satisfies {
  [M in MethodName]: Method<RecipeOf<M>>;
};

export const methods: readonly Method[] = Object.values(ofRecipe);

/** The method of a recipe, parsed or as it came in. Throws a user's mistake where nobody has it. */
export function methodOf<R>(recipe: R, known = methods): Method<R> {
  const isNamed = typeof recipe === 'object' && recipe !== null && 'method' in recipe;
  const wanted: unknown = isNamed ? recipe.method : assumedMethod;
  const found = known.find(({ name }) => name === wanted);
  if (!found)
    throw userMistake(
      `recipe: method is ${JSON.stringify(wanted)}: expected ${known.map(({ name }) => name).join(', ')}`,
    );
  return found as Method<R>; // a recipe is parsed by its own method's schema before its method reads it
}

/** The method that a workflow carries out; undefined for workflows of another kind. */
export const methodOfWorkflow = (workflow: string, known = methods): Method | undefined =>
  known.find((method) => method.workflow === workflow);

/** What a run of this recipe asks of the trainer. */
export const usesOf = (recipe: Recipe): Uses => ({
  ...{ model: recipe.model, stages: trainedStages(methodOf(recipe).stages, recipe) },
});

function exportedStage<R>(recipe: R, known: readonly Method[]): Stage {
  const method = methodOf(recipe, known);
  const stage = method.trained(recipe).at(-1);
  if (stage === undefined) throw new RangeError(`a recipe of ${method.name} that trains nothing`);
  return stage;
}

/** The model that a run of this recipe exports; `step` is its checkpoint's. */
export const exportedModel = <R>(recipe: R, step: number, known = methods): ModelUnderTest => ({
  ...{ stage: exportedStage(recipe, known), step, image: 'real' },
});

/** Its weights. */
export const exportedWeights = (recipe: Trains, known = methods): TrainedWeights =>
  stages[exportedStage(recipe, known)].trains(recipe);
