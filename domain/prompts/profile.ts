/**
 * Wording of what a model is asked in an evaluation, as data: one template for each kind of question. Profiles of the
 * product are files of this folder; a user's own is a file of the same form (`parse-profile.ts`).
 */
import { z } from 'zod';
import { canonicalJson, digestOf } from '../artifact.ts';

/** Kinds of question. `ready`: an item that brings its own question (P5); `open`: no options (P9). */
export const promptKinds = [
  'diagnosis',
  'lesion-condition',
  'ddx',
  'hierarchical',
  'ready',
  'open',
  'concepts',
] as const;
export type PromptKind = (typeof promptKinds)[number];

/** Kinds whose template must say where the options stand. */
const kindsWithOptions: ReadonlySet<PromptKind> = new Set([
  'diagnosis',
  'lesion-condition',
  'ddx',
  'hierarchical',
  'ready',
]);

const template = (kind: PromptKind) =>
  z
    .string()
    .min(1)
    .refine((text) => !kindsWithOptions.has(kind) || text.includes('{options}'), {
      message: 'lacks "{options}", which stands for the options of the item',
    });

export const evaluationProfileSchema = z.strictObject({
  /** Shown beside every number that was measured with it. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'expected 1 to 40 of a-z, 0-9 and "-"'),
  /** System text; null: none. */
  system: z.string().min(1).nullable(),
  /** `{question}` and `{options}` are replaced; other braces are text. */
  prompts: z.strictObject({
    diagnosis: template('diagnosis'),
    'lesion-condition': template('lesion-condition'),
    ddx: template('ddx'),
    hierarchical: template('hierarchical'),
    ready: template('ready'),
    open: template('open'),
    concepts: template('concepts'),
  } satisfies Record<PromptKind, z.ZodType>),
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
