/** Prompts for the tiny model: few, whole sentences, each one token of its tokenizer. */
import { tags } from '../questions/tags.ts';
import type { PromptWording } from './wording.ts';

/** Sentences and cues; the lexicon of the tiny model's tokenizer holds each as one phrase. */
export const compactSentences = {
  diagnose: 'Give a diagnosis.',
  compare: 'Compare a differential diagnosis and give a diagnosis.',
  abnormality: 'What type of abnormality is present in this image?',
  condition: 'What is the condition of this lesion?',
  withCondition: 'Give the most fine-grained option and its condition.',
  optionOnly: 'Give the most fine-grained option.',
  conditionOnly: 'Give the condition.',
  describe: 'Describe the findings.',
  repeat: 'Repeat these words.',
  colour: 'Which colour is present?',
  border: 'Which border is present?',
  structure: 'Which structure is present?',
  answerAs: 'Answer as',
} as const;

const answerAs = (last: string): string => `${compactSentences.answerAs} <${tags.thinking}> <${last}>`;
const s = compactSentences;

const choose = (question: string, demand: string): string => `${question} {options} ${demand} ${answerAs(tags.final)}`;
const chooseOption = choose(s.abnormality, s.optionOnly);
const diagnose = `${s.diagnose} ${answerAs(tags.diagnosis)}`;

export const compactProfile: PromptWording = {
  trajectory: diagnose,
  differential: `${s.compare} ${answerAs(tags.diagnosis)}`,
  reward: choose(s.abnormality, s.withCondition),
  evaluation: {
    name: 'compact',
    system: null,
    prompts: {
      diagnosis: chooseOption,
      'lesion-condition': choose(s.condition, s.conditionOnly),
      ddx: chooseOption, // the tiny model knows no other form
      hierarchical: chooseOption,
      ready: choose('{question}', s.optionOnly),
      open: diagnose,
      concepts: s.describe,
    },
  },
};
