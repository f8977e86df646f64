/** The claims by which a reproduction of the paper is judged: its numbers, and the relations that other data can show too. */
import type { Measure } from './published.ts';

interface HeadlineNumber {
  benchmark: string;
  measure: Measure;
  value: number;
  of: string;
}

interface Headline {
  id: string;
  claim: string;
  numbers: readonly HeadlineNumber[];
  /** How it was measured, and what it does not say. */
  protocol: string;
  caveat: string | null;
}

const number = (benchmark: string, measure: Measure, value: number, of: string): HeadlineNumber => ({
  ...{ benchmark, measure, value, of },
});
const id = 'id-diagnosis';
const ood = 'ood-diagnosis';
const condition = 'lesion-condition';

export const headlines: readonly Headline[] = [
  {
    id: 'H1',
    claim: 'In-distribution diagnosis',
    numbers: [
      number(id, 'accuracy', 0.6385, 'Skin-R1'),
      number(id, 'accuracy', 0.443, 'next best'),
      number(id, 'accuracy', 0.4367, 'base'),
    ],
    protocol: '8,390 test questions, greedy, weighted by items',
    caveat: 'four options; which wrong ones are drawn is not published',
  },
  {
    id: 'H2',
    claim: 'Diagnosis out of distribution',
    numbers: [
      number(ood, 'accuracy', 0.7171, 'Skin-R1'),
      number(ood, 'accuracy', 0.6887, 'next best'),
      number(ood, 'accuracy', 0.5027, 'base'),
    ],
    protocol: '3,652 items of OmniMedVQA, P5',
    caveat: 'ISIC 2018 and 2019 share pictures with HAM10000 and BCN20000, which the paper does not take out (A26)',
  },
  {
    id: 'H3',
    claim: 'Lesion condition',
    numbers: [
      number(condition, 'accuracy', 0.6928, 'Skin-R1'),
      number(condition, 'macroF1', 0.4287, 'Skin-R1'),
      number(condition, 'accuracy', 0.6631, 'always benign'),
      number(condition, 'macroF1', 0.2714, 'always benign'),
    ],
    protocol: 'P6, macro-F1 over the labels present',
    caveat: 'answering "benign" to every picture is right on 0.6631, so macro-F1 is the number to read',
  },
  {
    id: 'H4',
    claim: 'SFT alone',
    numbers: [
      number(id, 'accuracy', 0.4743, 'SFT'),
      number(ood, 'accuracy', 0.5153, 'SFT'),
      number(condition, 'accuracy', 0.6271, 'SFT'),
      number(condition, 'macroF1', 0.3868, 'SFT'),
    ],
    protocol: 'as above; unreadable outputs of diagnosis fall from about 30 % (base) to about 2 %',
    caveat: null,
  },
  {
    id: 'H5',
    claim: 'RL without SFT',
    numbers: [
      number(id, 'accuracy', 0.5843, 'RL without SFT'),
      number(ood, 'accuracy', 0.5674, 'RL without SFT'),
      number(condition, 'accuracy', 0.4602, 'RL without SFT'),
      number(condition, 'macroF1', 0.3414, 'RL without SFT'),
    ],
    protocol: 'to be compared at equal steps',
    caveat: 'the step of this row is not stated (A22)',
  },
  {
    id: 'H6',
    claim: 'More steps of GRPO',
    numbers: [
      number(id, 'accuracy', 0.5875, '500 steps'),
      number(id, 'accuracy', 0.6156, '1,000 steps'),
      number(id, 'accuracy', 0.6385, '1,500 steps'),
    ],
    protocol: 'milestones of one plan',
    caveat: 'the lesion condition does not rise with the steps: 0.6928, 0.6684, 0.6928',
  },
  {
    id: 'H7',
    claim: 'DDx and hierarchical tests',
    numbers: [],
    protocol: 'best of all models in Fig. 3',
    caveat: 'the figure shows no numbers, and the sizes of both tests are not published',
  },
];

/** By the stage that made the model; `flat-reward`: GRPO that pays nothing for a coarser label on the right path. */
export type ComparedModel = 'base' | 'sft' | 'rl-only' | 'grpo' | 'flat-reward';

/** What other data can show: on this benchmark the one is better than the other. */
export interface Relation {
  /** Id of the headline; null where the paper claims it without a number. */
  headline: string | null;
  benchmark: string;
  better: ComparedModel;
  than: ComparedModel;
}

export const relations: readonly Relation[] = [
  { headline: 'H4', benchmark: id, better: 'sft', than: 'base' },
  { headline: 'H5', benchmark: id, better: 'rl-only', than: 'sft' },
  { headline: 'H1', benchmark: id, better: 'grpo', than: 'rl-only' },
  { headline: 'H2', benchmark: ood, better: 'grpo', than: 'rl-only' },
  { headline: 'H3', benchmark: condition, better: 'grpo', than: 'rl-only' },
  { headline: null, benchmark: id, better: 'grpo', than: 'flat-reward' },
];
