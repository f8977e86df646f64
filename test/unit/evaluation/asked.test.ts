import { expect, it } from 'vitest';
import { benchmarks } from '../../../domain/benchmarks/catalogue/index.ts';
import { benchmarkOfTask, taskOfBenchmark } from '../../../domain/evaluation/asked.ts';
import { questionTasks } from '../../../domain/questions/question.ts';

it.each(questionTasks)('%s is asked by a benchmark of the catalogue, and found again by its name', (task) => {
  expect(benchmarks.map(({ name }) => name)).toContain(benchmarkOfTask(task));
  expect(taskOfBenchmark(benchmarkOfTask(task))).toBe(task);
});

it('is no task of a benchmark that a run does not ask by itself', () => {
  expect(taskOfBenchmark('ranked-differential')).toBeUndefined();
  expect(taskOfBenchmark('diagnosis')).toBeUndefined();
});
