/** Makes a reply of what the AI SDK returns, or could not read. */
import { APICallError, InvalidResponseDataError, type LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import type { LlmReply } from '../../../domain/llm.ts';
import { jsonWithin } from '../../../domain/replies/json.ts';
import { withoutThinking } from '../../../domain/replies/thinking.ts';
import { completionSchema, countOf, refusalOf, textOf } from './chunks.ts';

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

/**
 * @param json whether the answer is to be JSON
 * @param answerTags tags of the answer, which are no thinking
 */
export function readGenerated(
  generated: LanguageModelV4GenerateResult,
  json: boolean,
  answerTags: readonly string[] = [],
): LlmReply {
  const { content, finishReason, usage, warnings, response } = generated;
  const joined = (type: 'text' | 'reasoning'): string =>
    content.map((part) => (part.type === type ? part.text : '')).join('');
  const raw = completionSchema.safeParse(response?.body).data;
  // The SDK passes over parts of kinds that it does not know.
  const parts = raw?.choices?.[0].message.content;
  const text = joined('text') || (Array.isArray(parts) ? textOf(parts) : '');
  const refused = raw?.choices ? refusalOf(raw.choices[0].message) : '';
  const finish = refused ? 'refused' : finishOf(finishReason.unified, finishReason.raw);
  // What an endpoint said when it broke a stream off, or instead of an answer.
  const broken =
    finish === 'length' || finish === 'refused'
      ? warnings.find((warning) => warning.type === 'other')?.message
      : undefined;
  return clean(
    {
      ...{ text, thought: joined('reasoning').length, finish },
      words: refused || raw?.choices?.[0].error?.message || broken || null,
      inputTokens: countOf(usage.inputTokens.total) ?? null,
      outputTokens: countOf(usage.outputTokens.total) ?? null,
      servedModel: raw?.model ?? response?.modelId ?? null,
      systemFingerprint: raw?.system_fingerprint ?? null,
    },
    json,
    raw?.choices ? textOf(raw.choices[0].message.content) : text,
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
  const { content, reasoning_content: beside, reasoning } = choice.message;
  const refused = refusalOf(choice.message);
  const text = textOf(content);
  return clean(
    {
      text,
      thought: (beside ?? reasoning)?.length ?? 0,
      finish: refused ? 'refused' : finishOf('other', choice.finish_reason ?? undefined),
      words: refused || choice.error?.message || null,
      inputTokens: countOf(raw.usage?.prompt_tokens) ?? null,
      outputTokens: countOf(raw.usage?.completion_tokens) ?? null,
      servedModel: raw.model ?? null,
      systemFingerprint: raw.system_fingerprint ?? null,
    },
    json,
    text,
    answerTags,
  );
}

function bodyOf(error: unknown): unknown {
  if (InvalidResponseDataError.isInstance(error)) return error.data;
  if (!APICallError.isInstance(error) || error.statusCode === undefined || error.statusCode >= 300) return null;
  try {
    return JSON.parse(error.responseBody ?? '');
  } catch {
    return null;
  }
}

const cut =
  /length|max_?tokens|token_?limit|limit_reached|error_limit|preempt|repetition|truncat|insufficient_system_resource|network|abort|incomplete|interrupted|cancel|time_?out/i;
const filter = /content_?filter|safety|sensitive|recitation|prohibited|block|spii|moderation|guardrail|toxic/i;

function finishOf(unified: string, raw: string | undefined): LlmReply['finish'] {
  if (unified === 'length' || cut.test(raw ?? '')) return 'length';
  if (unified === 'content-filter' || filter.test(raw ?? '')) return 'filtered';
  return unified === 'error' || /error|fail/i.test(raw ?? '') ? 'refused' : 'stop';
}

/**
 * What the SDK's middlewares leave: thinking that is not closed, JSON among words, half of a character where a server cut
 * its reply between two (nothing that holds one has a digest).
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
  return { ...reply, thought, thinking, text: (json ? jsonWithin(answer) : answer).toWellFormed() };
}
