/** The targeted test of differential diagnosis (section 4.3). The paper shows its results in a figure without numbers. */
import type { Benchmark } from '../benchmark.ts';
import { choiceBenchmark } from '../choice.ts';

export const ddx: Benchmark = choiceBenchmark('ddx', {
  name: 'ddx',
  title: 'Differential diagnosis',
  description: 'The diagnosis among what it is mistaken for, by the graph of differential diagnoses.',
  prompt: 'P4 without its demand for the most fine-grained option',
  published: [],
});
