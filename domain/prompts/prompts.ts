/**
 * The instructions P1 to P9 (App. D). A profile words them: `paper` for models that read prose, `compact` in whole
 * sentences that the tiny model's tokenizer holds as single tokens; `llava-med` and `skinvl` for baselines of these names.
 */
import { userMistake } from '../failures.ts';
import type { Question } from '../questions/question.ts';
import { compactProfile } from './compact.ts';
import { llavaMedProfile } from './llava-med.ts';
import { paperProfile } from './paper.ts';
import { type EvaluationProfile, fillTemplate, type QuestionKind } from './profile.ts';
import { skinVlProfile } from './skinvl.ts';
import type { PromptWording } from './wording.ts';

/** Profiles that a recipe may train with. */
export type PromptProfile = 'paper' | 'compact';

const profiles: Record<PromptProfile, PromptWording> = { paper: paperProfile, compact: compactProfile };

/** Profiles that an evaluation may ask with, without a file. */
export const evaluationProfiles: readonly EvaluationProfile[] = [
  paperProfile.evaluation,
  compactProfile.evaluation,
  llavaMedProfile,
  skinVlProfile,
];

/** The shipped profile of this name; an unknown name is a user's mistake that lists the known ones. */
export function evaluationProfile(name: string): EvaluationProfile {
  const found = evaluationProfiles.find((profile) => profile.name === name);
  if (found) return found;
  const known = evaluationProfiles.map((profile) => profile.name).join(', ');
  throw userMistake(`no prompt profile "${name}"; there are ${known}, or give the path of a file of your own`);
}

/** P1 for type 1, P2 for types 2 and 3. */
export const trajectoryPrompt = (type: 1 | 2 | 3, profile: PromptProfile): string =>
  type === 1 ? profiles[profile].trajectory : profiles[profile].differential;

/** What a model is asked in the alignment of concepts (A20). */
export const conceptPrompt = (profile: PromptProfile): string => profiles[profile].evaluation.prompts.concepts;

/** `A: melanoma B: …`, as the released code renders options. */
const renderOptions = (options: Pick<Question['options'][number], 'letter' | 'label'>[]): string =>
  options.map((option) => `${option.letter}: ${option.label}`).join(' ');

/** The complete text of an item of an evaluation. */
export const itemPrompt = (
  profile: EvaluationProfile,
  kind: QuestionKind,
  { question = '', options }: { question?: string; options: Question['options'] },
): string => fillTemplate(profile.prompts[kind], { question, options: renderOptions(options) });

/** What a model is asked: P3 in training, P4, P6 or a targeted test's prompt in evaluation. */
export function questionPrompt(question: Question, profile: PromptProfile, purpose: 'training' | 'evaluation'): string {
  const { reward, evaluation } = profiles[profile];
  if (purpose === 'training' && question.task === 'diagnosis')
    return fillTemplate(reward, { question: '', options: renderOptions(question.options) });
  return itemPrompt(evaluation, question.task, question);
}
