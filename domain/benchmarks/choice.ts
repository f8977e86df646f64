/** What benchmarks with options have in common. */
import type { QuestionTask } from '../questions/question.ts';
import type { Benchmark } from './benchmark.ts';
import { questionItems } from './items.ts';
import { answeredAs } from './scoring/answer-rules.ts';

type Described = Pick<Benchmark, 'name' | 'title' | 'description' | 'prompt' | 'published'>;

/** A benchmark of a run's own test questions of one task. */
export const choiceBenchmark = (task: QuestionTask, described: Described): Benchmark => ({
  ...described,
  reads: ['questions', 'cases'],
  choosesAmongAll: false,
  needs: `test questions of the task; name ${task} in evaluation.tasks of the recipe`,
  items: (sources, profile) => questionItems(sources, task, profile),
  ...answeredAs(task, described.name),
});
