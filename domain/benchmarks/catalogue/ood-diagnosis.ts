/** Diagnosis out of distribution: Tables 2 and 4 of the paper, five sets of OmniMedVQA with their own questions and options. */
import { diagnosisTables } from '../../published/diagnosis.ts';
import type { Benchmark } from '../benchmark.ts';
import { readyItems } from '../items.ts';
import { answeredAs } from '../scoring/answer-rules.ts';

export const oodDiagnosis: Benchmark = {
  name: 'ood-diagnosis',
  title: 'Disease diagnosis, out of distribution',
  description:
    'Questions of OmniMedVQA on five sets, as they are, less what training has seen. Accuracy by set, and over all weighted by items.',
  reads: ['ready'],
  choosesAmongAll: false,
  prompt: 'P5',
  needs: 'items of OmniMedVQA; add { adapter: omnimedvqa, use: ood } to data.sources',
  items: readyItems,
  ...answeredAs('ready', 'ood-diagnosis'),
  published: diagnosisTables.ood,
};
