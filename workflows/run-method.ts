/** What the workflows of all methods have in common: signals, a parsed recipe, progress, evaluations beside the work. */
import type { RunInput, RunResult } from '../domain/contracts/run.ts';
import type { MethodOutline } from '../domain/methods/method.ts';
import { type Stage, stages, type Trains } from '../domain/stages/index.ts';
import { listenForBudget } from './allowance.ts';
import { listenForRetryNow } from './attempts.ts';
import { concluding } from './failures.ts';
import { Evaluations } from './parts/evaluation.ts';
import { Progress } from './progress.ts';
import { recorded } from './record.ts';

/** What a run reports of itself, and the evaluations that go on beside it. */
export interface Course {
  progress: Progress;
  evaluations: Evaluations;
}

/**
 * Parses the recipe, does the work and ends as `concluding` says; whatever happened, no evaluation goes on afterwards.
 *
 * @param parse throws a user's mistake; the file's name is for messages
 */
export async function runMethod<R extends { name: string } & Trains, T extends RunResult>(
  method: MethodOutline<R>,
  input: unknown,
  parse: (recipe: unknown, file: string) => R,
  work: (recipe: R, course: Course) => Promise<T>,
): Promise<T> {
  listenForRetryNow();
  // The starter may be any client, so the type of the input is a claim.
  const given = (input ?? {}) as Partial<RunInput>;
  listenForBudget(given.budget);
  return concluding(async () => {
    const recipe = parse(given.recipe, 'recipe');
    const progress = new Progress(recipe.name, method.parts);
    const evaluations = new Evaluations(progress);
    return recorded(method.name, recipe, progress, async () => {
      try {
        const result = await work(recipe, { progress, evaluations });
        requireTrained(method.stages, recipe, progress);
        return result;
      } finally {
        await evaluations.stop();
        progress.rest();
      }
    });
  });
}

/** A stage that a recipe trains and its method's workflow forgot would be missing from every result without a word. */
function requireTrained(own: readonly Stage[], recipe: Trains, progress: Progress): void {
  const forgotten = own.find((stage) => stages[stage].ends(recipe).length > 0 && !progress.hasTrained(stage));
  if (forgotten !== undefined) throw new RangeError(`the workflow does not train ${forgotten}, which the recipe does`);
}
