/** What a chat model is asked, and what came of it. */
import { z } from 'zod';
import type { BlobRef } from './artifact.ts';
import { type OfferedOption, optionLogProbsSchema } from './replies/option-log-probs.ts';

/** A picture in the store, encoded as its media type says, e.g. `image/png`. */
export interface LlmImage extends BlobRef {
  mediaType: string;
}

/** Equal requests are paid for once, so nothing of the moment stands in one. */
export interface LlmRequest {
  system: string;
  user: string;
  /** Shown before the user's text, in this order. */
  images?: readonly LlmImage[];
  /** JSON schema that the answer must satisfy; the embedded model is held to it by a grammar. */
  jsonSchema?: Record<string, unknown>;
  /** Names of tags that the user's text asks for: blocks of these are the answer's, not a model's thinking. */
  answerTags?: readonly string[];
  /** Of options whose probabilities are read where the endpoint returns those of tokens. */
  options?: readonly OfferedOption[];
  maxTokens: number;
  temperature: number;
  seed: number;
}

/** How a reply ended. The last three: the endpoint did not take this request; it may take others. */
export const finishes = ['stop', 'length', 'filtered', 'too long', 'refused'] as const;

export const llmReplySchema = z.object({
  /** Thinking taken out; where JSON was asked for, without what surrounds it. */
  text: z.string(),
  finish: z.enum(finishes),
  /** Characters of thinking that came with the reply, and where they stood. */
  thought: z.int().nonnegative(),
  thinking: z.enum(['none', 'beside', 'in the text']),
  /** Null where the endpoint does not say. */
  inputTokens: z.number().nonnegative().nullable(),
  outputTokens: z.number().nonnegative().nullable(),
  /** What the endpoint says it answered with. */
  servedModel: z.string().nullable(),
  systemFingerprint: z.string().nullable(),
  /** The endpoint's own words on why there is no text; null otherwise. */
  words: z.string().nullable(),
  /** Of the options that were asked for. */
  options: optionLogProbsSchema.optional(),
});
export type LlmReply = z.infer<typeof llmReplySchema>;

/** Which model answers: what must be equal for a reply to be taken from the ledger. */
export const llmIdentitySchema = z.object({
  provider: z.string(),
  /** Without credentials; null where the model runs in this process. */
  address: z.string().nullable(),
  model: z.string(),
  /** What the endpoint's list of models says of its weights, e.g. `root` of vLLM; empty where it says nothing. */
  says: z.record(z.string(), z.json()),
  /** Fields that the environment adds to each request. */
  body: z.record(z.string(), z.json()),
});
export type LlmIdentity = z.infer<typeof llmIdentitySchema>;

/**
 * Reads a reply's text: null, or why it is of no use.
 *
 * @param served what the endpoint says that it answered with
 */
export type ReplyReader = (text: string, served: string | null) => string | null;

/** Why a reply is of no use; null where it is an answer. Pure, so that a stored reply is judged as a fresh one is. */
export function faultOf(reply: LlmReply, read: ReplyReader): string | null {
  switch (reply.finish) {
    case 'filtered':
      return 'filtered by the endpoint';
    case 'too long':
      return 'longer than the model takes';
    case 'refused':
      return 'refused by the endpoint';
    default:
      if (reply.text === '') return emptyFault(reply);
      return reply.finish === 'length' && !isComplete(reply.text) ? 'cut off' : read(reply.text, reply.servedModel);
  }
}

const emptyFault = ({ finish, thought }: LlmReply): string => {
  if (finish === 'length') return thought > 0 ? 'cut off while thinking' : 'cut off';
  return thought > 0 ? 'thinking without an answer' : 'empty';
};

/** At the limit of its tokens, but whole: JSON that parses, or a closed tag. */
function isComplete(text: string): boolean {
  if (/<\/[^<>]+>\s*$/.test(text)) return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
