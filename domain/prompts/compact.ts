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

const chooseOption = (options: string): string => `${s.abnormality} ${options} ${s.optionOnly} ${answerAs(tags.final)}`;

export const compactProfile: PromptWording = {
  trajectory: `${s.diagnose} ${answerAs(tags.diagnosis)}`,
  differential: `${s.compare} ${answerAs(tags.diagnosis)}`,
  concepts: s.describe,
  reward: (options) => `${s.abnormality} ${options} ${s.withCondition} ${answerAs(tags.final)}`,
  diagnosis: chooseOption,
  condition: (options) => `${s.condition} ${options} ${s.conditionOnly} ${answerAs(tags.final)}`,
  ddx: chooseOption, // the tiny model knows no other form
  hierarchical: chooseOption,
};
