/** The wording of narratives by the recipe's profile of prompts. */
import type { PromptProfile } from '../prompts/prompts.ts';
import { compactNarratives } from './compact.ts';
import { fullNarratives } from './full.ts';
import type { NarrativeWording } from './wording.ts';

export const narrativeWordings: Readonly<Record<PromptProfile, NarrativeWording>> = {
  paper: fullNarratives,
  compact: compactNarratives,
};
