/** The parts of OpenAI's protocol that we read beside the SDK; servers differ in the rest. */
import { z } from 'zod';

/** Null, absent, or not as it should be: unknown. */
const lenient = <T extends z.ZodType>(schema: T) => schema.nullish().catch(undefined);

const part = z.union([
  z.string(),
  z.looseObject({ text: z.string().nullish(), refusal: z.string().nullish().catch(undefined) }),
]);
/** Of a part that is text; others are thinking, refusals, pictures. */
const textTypes: readonly unknown[] = [undefined, null, 'text', 'output_text'];
const contentSchema = z.union([z.string(), z.array(part)]);

/** Of a message, or of the change that a piece of a stream makes to one. */
const messageSchema = z.looseObject({
  content: contentSchema.nullish(),
  refusal: lenient(z.string()),
  reasoning_content: lenient(z.string()),
  reasoning: lenient(z.string()),
});
const about = {
  model: lenient(z.string()),
  system_fingerprint: lenient(z.string()),
  usage: lenient(z.looseObject({ prompt_tokens: lenient(z.number()), completion_tokens: lenient(z.number()) })),
};
const choice = {
  finish_reason: lenient(z.string()),
  /** OpenRouter's, of the provider behind it. */
  error: lenient(z.looseObject({ message: z.string() })),
};

export const completionSchema = z.looseObject({
  ...about,
  choices: z
    .tuple([z.looseObject({ ...choice, message: messageSchema })], z.unknown())
    .optional()
    .catch(undefined),
});

const chunkSchema = z.looseObject({
  ...about,
  choices: z.array(z.looseObject({ ...choice, delta: lenient(messageSchema) })),
});

export const textOf = (content: z.infer<typeof contentSchema> | null | undefined): string =>
  typeof content === 'string'
    ? content
    : (content ?? [])
        .map((each) => (typeof each === 'string' ? each : textTypes.includes(each.type) ? (each.text ?? '') : ''))
        .join('');

/** More than any request has: what a server counts below zero, or has not set. */
const mostTokens = 1e9;

/** What a message says instead of an answer, beside its content or as a part of it; empty where it does not. */
export const refusalOf = ({ refusal, content }: z.infer<typeof messageSchema>): string =>
  refusal ||
  (Array.isArray(content) ? content : [])
    .map((each) => (typeof each === 'string' ? '' : (each.refusal ?? '')))
    .join('');

/** A number of tokens; undefined where it cannot be one. No prompt and no answer has none. */
export const countOf = (tokens: number | null | undefined): number | undefined =>
  typeof tokens === 'number' && tokens > 0 && tokens < mostTokens ? Math.round(tokens) : undefined;

/** Undefined where it is none: some servers say "" or "null" until there is one. */
export const reasonOf = (said: string | null | undefined): string | undefined =>
  said && !/^(?:null|none)$/i.test(said) ? said : undefined;

/** A piece of a stream. */
export interface Chunk {
  text: string;
  reasoning: string;
  /** Said instead of an answer. */
  refusal: string;
  finishReason?: string;
  inputTokens?: number;
  outputTokens?: number;
  model?: string;
  system_fingerprint?: string;
}

/** Says nothing but that more will come. */
const aliveSchema = z.union([z.strictObject({}), z.looseObject({ type: z.literal('ping') })]);
const isAlive = (raw: unknown): boolean => aliveSchema.safeParse(raw).success;

/** Null where it is none of OpenAI's, e.g. an error. */
export function chunkOf(raw: unknown): Chunk | null {
  const chunk: z.infer<typeof chunkSchema> | undefined = isAlive(raw)
    ? { choices: [] }
    : chunkSchema.safeParse(raw).data;
  if (!chunk || chunk.error) return null;
  const { model, system_fingerprint: fingerprint, usage } = chunk;
  const [first] = chunk.choices;
  const reason = reasonOf(first?.finish_reason);
  const [inputTokens, outputTokens] = [countOf(usage?.prompt_tokens), countOf(usage?.completion_tokens)];
  return {
    text: textOf(first?.delta?.content),
    reasoning: first?.delta?.reasoning_content ?? first?.delta?.reasoning ?? '',
    refusal: first?.delta ? refusalOf(first.delta) : '',
    ...(reason === undefined ? {} : { finishReason: reason }),
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    ...(model ? { model } : {}),
    ...(fingerprint ? { system_fingerprint: fingerprint } : {}),
  };
}
