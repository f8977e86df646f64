/** Lesion condition: Tables 3 and 5 of the paper. */
import { conditionTables } from '../../published/condition.ts';
import type { Benchmark } from '../benchmark.ts';
import { choiceBenchmark } from '../choice.ts';

export const lesionCondition: Benchmark = choiceBenchmark('lesion-condition', {
  name: 'lesion-condition',
  title: 'Lesion condition',
  description:
    'The same pictures as in-distribution diagnosis: benign, malignant or precancerous in situ. Most are benign, so accuracy says little and macro-F1 is the number to read.',
  prompt: 'P6',
  published: conditionTables,
});
