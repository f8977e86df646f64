/** P8: for SkinVL, whose training asks for one of several categories (section 4.1). No role, question or blocks. */
import type { EvaluationProfile } from './profile.ts';

const choose =
  'This is an image of a skin lesion. From the following categories: {options}\nWhich of them is the diagnosis?';

export const skinVlProfile: EvaluationProfile = {
  name: 'skinvl',
  system: null,
  prompts: {
    diagnosis: choose,
    'lesion-condition': choose,
    ddx: choose,
    hierarchical: choose,
    ready: choose,
    open: 'This is an image of a skin lesion. What is the diagnosis?',
    concepts: 'This is an image of a skin lesion. Which clinical signs are visible?',
  },
};
