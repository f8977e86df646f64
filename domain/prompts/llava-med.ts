/** P7: for LLaVA-Med, which answers briefly and keeps no format (section 4.1). No blocks are asked for. */
import { abnormality, condition, role } from './paper.ts';
import type { EvaluationProfile } from './profile.ts';

const choose = (question: string): string => `${role}answer: ${question}\n{options}\nName the correct option. Answer:`;

export const llavaMedProfile: EvaluationProfile = {
  name: 'llava-med',
  system: null,
  prompts: {
    diagnosis: choose(abnormality),
    'lesion-condition': choose(condition),
    ddx: choose(abnormality),
    hierarchical: choose(abnormality),
    ready: choose('{question}'),
    open: `${role}answer: ${abnormality} Answer:`,
    concepts: `${role}answer: Which clinical signs are visible? Answer:`,
  },
};
