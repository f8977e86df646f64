/**
 * The instructions P1 to P6 (App. D). Each profile words the same demands: `paper` for models that read prose,
 * `compact` in whole sentences that the tiny model's tokenizer holds as single tokens.
 */
import type { Question } from '../questions/question.ts';
import { compactProfile } from './compact.ts';
import { paperProfile } from './paper.ts';
import type { PromptWording } from './wording.ts';

export type PromptProfile = 'paper' | 'compact';

const profiles: Record<PromptProfile, PromptWording> = { paper: paperProfile, compact: compactProfile };

/** P1 for type 1, P2 for types 2 and 3. */
export const trajectoryPrompt = (type: 1 | 2 | 3, profile: PromptProfile): string =>
  type === 1 ? profiles[profile].trajectory : profiles[profile].differential;

/** What a model is asked in the alignment of concepts (A20). */
export const conceptPrompt = (profile: PromptProfile): string => profiles[profile].concepts;

/** `A: melanoma B: …`, as the released code renders options. */
export const renderOptions = (options: Question['options']): string =>
  options.map((option) => `${option.letter}: ${option.label}`).join(' ');

/** What a model is asked: P3 in training, P4, P6 or a targeted test's prompt in evaluation. */
export function questionPrompt(question: Question, profile: PromptProfile, purpose: 'training' | 'evaluation'): string {
  const options = renderOptions(question.options);
  const wording = profiles[profile];
  if (question.task === 'lesion-condition') return wording.condition(options);
  if (question.task === 'ddx') return wording.ddx(options);
  if (question.task === 'hierarchical') return wording.hierarchical(options);
  return purpose === 'training' ? wording.reward(options) : wording.diagnosis(options);
}
