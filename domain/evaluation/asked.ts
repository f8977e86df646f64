/** Which of the test questions a recipe asks. */
import type { Question, QuestionTask } from '../questions/question.ts';
import type { RecipeParts } from '../recipe/parts.ts';

/** Whether the next question is asked, in the order in which they are stored: of each task of the recipe the first `maxItems`. */
export function createAskedFilter({
  tasks,
  maxItems,
}: Pick<RecipeParts['evaluation'], 'tasks' | 'maxItems'>): (question: Pick<Question, 'task'>) => boolean {
  const left = new Map(tasks.map((task) => [task, maxItems ?? Number.POSITIVE_INFINITY]));
  return ({ task }) => {
    const more = left.get(task) ?? 0;
    left.set(task, more - 1);
    return more > 0;
  };
}

/** The benchmark that a task of a run is (benchmarks/catalogue/). */
export const benchmarkOfTask = (task: QuestionTask): string => (task === 'diagnosis' ? 'id-diagnosis' : task);
