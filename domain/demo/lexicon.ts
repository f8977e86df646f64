/** Every phrase that the tiny model can read or write; its tokenizer has one token for each. */
import type { Knowledge } from '../knowledge/knowledge.ts';
import { compactSentences } from '../prompts/compact.ts';
import { conditionNames, tags } from '../questions/tags.ts';
import { demoDiagnoses, findingKinds, findingValues } from './findings.ts';

/** Connecting phrases of rationales, trajectories and taxonomy sentences. */
const connectives = [
  'Presence of',
  'indicates',
  'Based on the rule:',
  'The primary diagnosis is',
  'Its differential diagnosis is',
  'by the rule:',
  'The lesion shows',
  'and lacks',
  'Therefore',
  'the most likely diagnosis is',
  'is a subtype of',
  'and is generally classified as',
  'and',
] as const;

const punctuation = ['.', ','] as const;
const letters = ['A:', 'B:', 'C:', 'D:'] as const;

/** Labels of the demo's set: its diagnoses and their ancestors. */
export const demoLabels = ({ taxonomy }: Knowledge): string[] => [
  ...new Set(demoDiagnoses.flatMap(({ name }) => taxonomy.path(name))),
];

/** Words that carry content: what the repetition task of the base model draws from. */
export const contentPhrases = (knowledge: Knowledge): string[] => [
  ...findingKinds.flatMap((kind) => findingValues[kind]),
  ...demoLabels(knowledge),
  ...Object.values(conditionNames),
];

export const demoLexicon = (knowledge: Knowledge): string[] => [
  ...Object.values(tags).flatMap((tag) => [`<${tag}>`, `</${tag}>`]),
  ...punctuation,
  ...letters,
  ...connectives,
  ...Object.values(compactSentences),
  ...contentPhrases(knowledge),
];
