/**
 * Wording of what a model is asked in an evaluation, as data: one template for each kind of question. Profiles of the
 * product are files of this folder; a user's own is a file of the same form (`parse-profile.ts`).
 */
import { z } from 'zod';
import { canonicalJson, digestOf } from '../artifact.ts';

const template = z.string().min(1);
/** Says where the options stand. */
const withOptions = template.refine((text) => text.includes('{options}'), {
  message: 'lacks "{options}", which stands for the options of the item',
});

/**
 * Kinds of question by their templates. A new one is a line here; the compiler then asks for its template in each profile
 * and for how its answers are read (domain/benchmarks/scoring/answer-rules.ts). It needs a `default`: profiles in open runs
 * and schedules lack it.
 */
const templates = {
  diagnosis: withOptions,
  'lesion-condition': withOptions,
  ddx: withOptions,
  hierarchical: withOptions,
  /** An item that brings its own question (P5). */
  ready: withOptions,
  /** Without options (P9). */
  open: template,
  concepts: template,
};
export type QuestionKind = keyof typeof templates;
export const questionKinds = Object.keys(templates) as QuestionKind[]; // of a literal: its keys and no others

export const evaluationProfileSchema = z.strictObject({
  /** Shown beside every number that was measured with it. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'expected 1 to 40 of a-z, 0-9 and "-"'),
  /** System text; null: none. */
  system: z.string().min(1).nullable(),
  /** `{question}` and `{options}` are replaced; other braces are text. */
  prompts: z.strictObject(templates),
});
export type EvaluationProfile = z.infer<typeof evaluationProfileSchema>;

/** SHA-256 of all that a profile says: part of the identity of whatever was asked with it. */
export const profileDigest = (profile: EvaluationProfile): string => digestOf(canonicalJson(profile));

/** Fills a template in one pass, so that a placeholder inside of a question's own text stays text. */
export function fillTemplate(template: string, values: { question: string; options: string }): string {
  return template.replaceAll(/\{(question|options)\}/g, (_, name: string) =>
    name === 'question' ? values.question : values.options,
  );
}
