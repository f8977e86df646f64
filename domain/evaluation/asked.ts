/** Which of the test questions a recipe asks. */
import type { Question } from '../questions/question.ts';
import type { Recipe } from '../recipe/recipe.ts';

/** For each task of the recipe the first `maxItems`, in the order of the list. */
export const askedQuestions = (
  all: readonly Question[],
  { tasks, maxItems }: Pick<Recipe['evaluation'], 'tasks' | 'maxItems'>,
): Question[] =>
  tasks.flatMap((task) => all.filter((question) => question.task === task).slice(0, maxItems ?? all.length));
