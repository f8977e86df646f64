/**
 * Answers of models, kept by item: what decides an answer, and what is kept of it. Whoever asks the same of the same
 * model gets the kept answer, so nothing here names the evaluation, the item's id or the moment.
 */
import { z } from 'zod';
import { canonicalJson, digestOf, type Json } from '../artifact.ts';
import type { ImageRef } from '../cases/case.ts';
import { finishes } from '../llm.ts';
import { type OfferedOption, optionLogProbsSchema } from '../replies/option-log-probs.ts';

/** What a model is asked. Answers are matched by it, not by its id. */
export interface AskedItem {
  id: string;
  image: ImageRef;
  /** Null: the model's own, or none. */
  system: string | null;
  prompt: string;
  /** Options whose probabilities are kept where the model's side returns them; they change no answer. */
  options?: readonly OfferedOption[];
}

/** The item's own picture, or a grey one of its size: the control of what is right without looking. */
export type ShownImage = 'real' | 'grey';

export const decodingSchema = z.strictObject({
  maxNewTokens: z.int().positive(),
  /** 0: greedy. */
  temperature: z.number().min(0),
  /** From which each sample's own follows; of no effect at temperature 0. */
  seed: z.int().nonnegative(),
});
type Decoding = z.infer<typeof decodingSchema>;

const runtimes = ['onnx', 'transformers', 'endpoint'] as const;

/** Who answers, and how. Batch size, threads and concurrency are left out: they change rounding, not the model. */
export interface Answerer {
  /** Digests of base and adapter, or what an endpoint says of itself. */
  model: Json;
  runtime: (typeof runtimes)[number];
  /** Null where the other side decides it. */
  precision: 'fp32' | 'bf16' | null;
  decoding: Decoding;
}

/** A greedy answer draws nothing, whatever the seed. */
export const settled = ({ decoding, ...rest }: Answerer): Answerer => ({
  ...rest,
  decoding: { ...decoding, seed: decoding.temperature === 0 ? 0 : decoding.seed },
});

/** Under which all answers of one answerer lie. */
export const answererDigest = (answerer: Answerer): string => digestOf(canonicalJson(settled(answerer)));

export const keptAnswerSchema = z.strictObject({
  key: z.string().regex(/^[0-9a-f]{64}$/),
  text: z.string(),
  /** The last three: an endpoint that did not take the request. */
  finish: z.enum(finishes),
  /** Absent where the model's side returns none, and in answers of earlier versions. */
  options: optionLogProbsSchema.optional(),
});
export type KeptAnswer = z.infer<typeof keptAnswerSchema>;

/**
 * What the digest of is an answer's key, so that who makes thousands may compute it as fast as the machine can.
 *
 * @param sample from 0; greedy answers have one sample alone
 */
export function answerIdentity(
  { system, prompt, image }: Omit<AskedItem, 'id' | 'options'>,
  shown: ShownImage,
  sample: number,
): string {
  const seen = shown === 'real' ? { sha256: image.sha256 } : { grey: [image.width, image.height] };
  return canonicalJson({ system, prompt, image: seen, sample });
}

/** Of one sample, 32 bits wide: the same item is sampled alike whatever is asked beside it. */
export const seedOf = ({ seed }: Pick<Decoding, 'seed'>, key: string): number =>
  Number.parseInt(digestOf(`${seed}/${key}`).slice(0, 8), 16);
