/** In-distribution diagnosis: Tables 2 and 4 of the paper, six sets, a column each. */
import { diagnosisTables } from '../../published/diagnosis.ts';
import type { Benchmark } from '../benchmark.ts';
import { choiceBenchmark } from '../choice.ts';

export const idDiagnosis: Benchmark = choiceBenchmark('diagnosis', {
  name: 'id-diagnosis',
  title: 'Disease diagnosis, in distribution',
  description:
    'Held-out pictures of the sets that training used, four options; the finest true one is right. Accuracy by set, and over all weighted by items.',
  prompt: 'P4',
  published: diagnosisTables.id,
});
