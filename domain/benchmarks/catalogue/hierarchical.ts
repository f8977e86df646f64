/** The targeted test of fineness (section 4.3). The paper shows its results in a figure without numbers. */
import type { Benchmark } from '../benchmark.ts';
import { choiceBenchmark } from '../choice.ts';

export const hierarchical: Benchmark = choiceBenchmark('hierarchical', {
  name: 'hierarchical',
  title: 'Hierarchical diagnosis',
  description:
    'The diagnosis among its own ancestors: all options are true, the finest is right. Always taking the finest label answers it without the picture, unless the questions are matched.',
  prompt: 'P4 with the criteria of each option first',
  published: [],
});
