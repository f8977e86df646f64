/** Which of the test questions a recipe asks, and the benchmarks that ask the same. */
import { type Question, type QuestionTask, questionTasks } from '../questions/question.ts';
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

/** Names of benchmarks (benchmarks/catalogue/). */
const benchmarkNames: Record<QuestionTask, string> = {
  diagnosis: 'id-diagnosis',
  'lesion-condition': 'lesion-condition',
  ddx: 'ddx',
  hierarchical: 'hierarchical',
};

/** The benchmark that a task of a run is. */
export const benchmarkOfTask = (task: QuestionTask): string => benchmarkNames[task];

/** Undefined of a benchmark that no run evaluates by itself. */
export const taskOfBenchmark = (benchmark: string): QuestionTask | undefined =>
  questionTasks.find((task) => benchmarkNames[task] === benchmark);
