/** Makes a reply of what the AI SDK returns, or could not read. */
import { APICallError, InvalidResponseDataError, type LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import { z } from 'zod';
import type { LlmReply } from '../../domain/llm.ts';
import { jsonWithin } from '../../domain/replies/json.ts';
import { withoutThinking } from '../../domain/replies/thinking.ts';

const noReply = {
  thought: 0,
  thinking: 'none',
  inputTokens: null,
  outputTokens: null,
  servedModel: null,
  systemFingerprint: null,
  words: null,
} satisfies Partial<LlmReply>;

/** A request that the endpoint did not take. */
export const refusal = (finish: LlmReply['finish'], words: string): LlmReply => ({
  ...noReply,
  ...{ text: '', finish, words },
});

const part = z.union([z.string(), z.looseObject({ text: z.string().nullish() })]);

/** The part of a chat completion that we use beside the SDK; servers differ in the rest. */
const completionSchema = z.looseObject({
  model: z.string().nullish().catch(null),
  system_fingerprint: z.string().nullish().catch(null),
  choices: z
    .tuple(
      [
        z.looseObject({
          finish_reason: z.string().nullish().catch(null),
          message: z.looseObject({
            content: z.union([z.string(), z.array(part)]).nullish(),
            refusal: z.string().nullish().catch(null),
            reasoning_content: z.string().nullish().catch(null),
          }),
        }),
      ],
      z.unknown(),
    )
    .optional()
    .catch(undefined),
  usage: z
    .looseObject({
      prompt_tokens: z.number().nonnegative().optional().catch(undefined),
      completion_tokens: z.number().nonnegative().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

/**
 * @param json whether the answer is to be JSON
 * @param answerTags tags of the answer, which are no thinking
 */
export function readGenerated(
  generated: LanguageModelV4GenerateResult,
  json: boolean,
  answerTags: readonly string[] = [],
): LlmReply {
  const { content, finishReason, usage, response } = generated;
  const textOf = (type: 'text' | 'reasoning'): string =>
    content.map((part) => (part.type === type ? part.text : '')).join('');
  const text = textOf('text');
  const raw = completionSchema.safeParse(response?.body).data;
  const refused = raw?.choices?.[0].message.refusal;
  return clean(
    {
      ...{ text, thought: textOf('reasoning').length },
      finish: refused ? 'refused' : finishOf(finishReason.unified, finishReason.raw),
      words: refused ?? null,
      inputTokens: told(usage.inputTokens.total),
      outputTokens: told(usage.outputTokens.total),
      servedModel: raw?.model ?? response?.modelId ?? null,
      systemFingerprint: raw?.system_fingerprint ?? null,
    },
    json,
    raw?.choices ? contentOf(raw.choices[0].message.content) : text,
    answerTags,
  );
}

/**
 * A reply that the SDK did not accept because of something beside the text: it was paid for, so it is read as far as it
 * can be. Null where there is no reply in it.
 */
export function readUnaccepted(error: unknown, json: boolean, answerTags: readonly string[] = []): LlmReply | null {
  const raw = completionSchema.safeParse(bodyOf(error)).data;
  const choice = raw?.choices?.[0];
  if (!raw || !choice) return null;
  const { content, refusal: refused, reasoning_content: reasoning } = choice.message;
  const text = contentOf(content);
  return clean(
    {
      text,
      thought: reasoning?.length ?? 0,
      finish: refused ? 'refused' : finishOf('other', choice.finish_reason ?? undefined),
      words: refused ?? null,
      inputTokens: told(raw.usage?.prompt_tokens),
      outputTokens: told(raw.usage?.completion_tokens),
      servedModel: raw.model ?? null,
      systemFingerprint: raw.system_fingerprint ?? null,
    },
    json,
    text,
    answerTags,
  );
}

const contentOf = (content: string | z.infer<typeof part>[] | null | undefined): string =>
  typeof content === 'string'
    ? content
    : (content ?? []).map((each) => (typeof each === 'string' ? each : (each.text ?? ''))).join('');

function bodyOf(error: unknown): unknown {
  if (InvalidResponseDataError.isInstance(error)) return error.data;
  if (!APICallError.isInstance(error) || error.statusCode === undefined || error.statusCode >= 300) return null;
  try {
    return JSON.parse(error.responseBody ?? '');
  } catch {
    return null;
  }
}

/** No prompt and no answer has no tokens: 0 is what the SDK makes of a usage that is not told. */
const told = (tokens: number | undefined): number | null => (tokens === undefined || tokens === 0 ? null : tokens);

const cut = /length|max_?tokens|insufficient_system_resource|network|abort|incomplete|interrupted/i;
const filter = /content_?filter|safety|sensitive|recitation|prohibited|blocklist|spii/i;

function finishOf(unified: string, raw: string | undefined): LlmReply['finish'] {
  if (unified === 'length' || cut.test(raw ?? '')) return 'length';
  if (unified === 'content-filter' || filter.test(raw ?? '')) return 'filtered';
  return unified === 'error' || raw === 'error' ? 'refused' : 'stop';
}

/**
 * What the SDK's middlewares leave: thinking that is not closed, JSON among words.
 *
 * @param content the text as it came
 */
function clean(
  reply: Omit<LlmReply, 'thinking'>,
  json: boolean,
  content: string,
  answerTags: readonly string[],
): LlmReply {
  const answer = withoutThinking(reply.text, answerTags);
  const thought = reply.thought + Math.max(0, reply.text.trim().length - answer.length);
  const inText = withoutThinking(content, answerTags) !== content.trim();
  const thinking = inText ? 'in the text' : thought > 0 ? 'beside' : 'none';
  return { ...reply, thought, thinking, text: json ? jsonWithin(answer) : answer };
}
