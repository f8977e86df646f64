/** A judge of narratives: which model, asked how, and the name under which its scores stand and no others. */
import { z } from 'zod';
import { canonicalJson, digestOf, type Json } from '../artifact.ts';
import type { ImageRef } from '../cases/case.ts';
import type { LlmRequest, ReplyReader } from '../llm.ts';
import { llmProviders } from '../llm-settings.ts';
import { dimensions, missingOf } from './dimensions.ts';
import { readScores } from './reading/read-scores.ts';
import { judgePrompt, judgePromptDigest, judgeSystem } from './rubric.ts';

export const judgeSettingsSchema = z.strictObject({
  model: z.string().min(1),
  /** Absent: the one that the environment of the llm workers names. */
  provider: z.enum(llmProviders).optional(),
  /** What it sees beside the text; absent: the certified text where every item has one, else the picture. */
  shows: z.enum(['reference', 'picture']).optional(),
  temperature: z.number().min(0).max(2),
  /** How often each text is judged: its score is the mean, and how far the judge agrees with itself is reported. */
  repeats: z.int().min(1).max(20),
  maxTokens: z.int().positive(),
  /** Share of texts without all six scores above which there is no result. */
  maxMissing: z.number().min(0).max(1),
  /** Texts of known quality, of each kind, that are judged beside the answers. */
  anchors: z.int().min(0).max(200),
  /** Counts the times that the judge behind one name was seen to change. */
  line: z.int().min(1),
});
export type JudgeSettings = z.infer<typeof judgeSettingsSchema>;

export const usualJudge = {
  ...{ temperature: 0, repeats: 1, maxTokens: 1024, maxMissing: 0.02, anchors: 20, line: 1 },
} as const satisfies Omit<JudgeSettings, 'model'>;

/** What a judge sees beside the text. */
export type Shown = 'reference' | 'picture';

/** What a score depends on beside the text: with anything else it is another judge's. */
export const judgePinSchema = z.strictObject({
  /** What the endpoint says of itself. */
  model: z.json(),
  /** By its first reply; null where that has none: then the first that does is remembered (activities/judging/judge-model.ts). */
  served: z.string().nullable(),
  /** Digest of the prompt without the texts. */
  prompt: z.string(),
  shows: z.enum(['reference', 'picture']),
  temperature: z.number(),
  repeats: z.int(),
  maxTokens: z.int(),
  line: z.int(),
});
export type JudgePin = z.infer<typeof judgePinSchema>;

export const pinOf = (
  model: Json,
  served: string | null,
  shows: Shown,
  { temperature, repeats, maxTokens, line }: JudgeSettings,
): JudgePin => ({ model, served, prompt: judgePromptDigest, shows, temperature, repeats, maxTokens, line });

export const pinDigest = (pin: JudgePin): string => digestOf(canonicalJson(pin));

/**
 * The name of a benchmark as this judge scores it, e.g. `dermbench@deepseek-reasoner-1a2b3c4d`: rows of two judges are
 * never compared, because they are rows of two benchmarks.
 */
export const judgedName = (benchmark: string, model: string, pin: JudgePin): string =>
  `${benchmark}@${model.toLowerCase().replaceAll(/[^a-z0-9.-]+/g, '-')}-${pinDigest(pin).slice(0, 8)}`;

export interface TextToJudge {
  narrative: string;
  /** Null where the case has none. */
  reference: string | null;
  image: ImageRef;
}

/** @param seed tells requests of the same text apart, also at temperature 0 */
export function judgeRequest(
  { narrative, reference, image: { sha256, bytes } }: TextToJudge,
  { shows, temperature, maxTokens }: Pick<JudgePin, 'shows' | 'temperature' | 'maxTokens'>,
  seed: number,
): LlmRequest {
  return {
    system: judgeSystem,
    user: judgePrompt({ narrative, reference: shows === 'reference' ? (reference ?? '') : null }),
    ...(shows === 'picture' ? { images: [{ sha256, bytes, mediaType: 'image/png' }] } : {}),
    ...{ maxTokens, temperature, seed },
  };
}

/** Why a reply is none of the judge's: another model gave it. Null where it is, or where one of the two is not named. */
export const otherModel = (judge: string | null, served: string | null): string | null =>
  judge === null || served === null || served === judge ? null : `answered by ${served}, not by ${judge}`;

/** What is asked again: a reply without all six scores, and one of another model. */
export const judgeReader =
  (judge: string | null): ReplyReader =>
  (text, served) =>
    otherModel(judge, served) ?? faultOfScores(text);

/** Null where all six scores can be read; else which cannot, so that the judge is asked again. */
export function faultOfScores(text: string): string | null {
  const missing = missingOf(readScores(text));
  return missing.length === 0 ? null : `no score for ${missing.map((key) => dimensions[key].name).join(', ')}`;
}

/** Whether a reply was read at all: one that lacks a dimension has the others. */
export const isReadingFault = (fault: string): boolean => fault.startsWith('no score for');
