/** One reply of a model of the AI SDK, without its thinking and what wraps its JSON. */
import type { LanguageModelV4, LanguageModelV4FilePart } from '@ai-sdk/provider';
import { extractJsonMiddleware, extractReasoningMiddleware, wrapLanguageModel } from 'ai';
import type { LlmReply, LlmRequest } from '../../domain/llm.ts';
import { jsonWithin } from '../../domain/replies/json.ts';
import type { Dialect } from './learned-dialect.ts';
import { asksForJson, gathersStream } from './middleware.ts';
import { readOptions } from './reply/log-probs.ts';
import { readGenerated, readUnaccepted } from './reply/reading.ts';

export interface Generation {
  model: LanguageModelV4;
  request: LlmRequest;
  /** The request's pictures, each in the encoding that its media type names; as bytes, in base64, or what stands for it. */
  pictures: readonly { mediaType: string; data: Uint8Array | string }[];
  dialect: Pick<Dialect, 'structured' | 'stream'>;
  thinkingTokens: number;
  signal: AbortSignal;
  /** Whether a stream said that it was at its end. Default: none does. */
  hasStreamEnded?: () => boolean;
}

export async function generate(generation: Generation): Promise<LlmReply> {
  const { model, request, pictures, dialect, thinkingTokens, signal, hasStreamEnded = () => false } = generation;
  const { system, user, maxTokens, temperature, seed, jsonSchema, answerTags, options: offered } = request;
  const json = jsonSchema !== undefined;
  const wrapped = wrapLanguageModel({
    model,
    middleware: [
      ...(json ? [extractJsonMiddleware({ transform: jsonWithin }), asksForJson(jsonSchema, dialect.structured)] : []),
      extractReasoningMiddleware({ tagName: 'think' }),
      ...(dialect.stream ? [gathersStream(hasStreamEnded)] : []),
    ],
  });
  const shown = pictures.map(
    ({ mediaType, data }): LanguageModelV4FilePart => ({ type: 'file', mediaType, data: { type: 'data', data } }),
  );
  try {
    // Not by `generateText`: its tools, steps and telemetry cost a millisecond per reply, and nothing here needs them.
    const generated = await wrapped.doGenerate({
      prompt: [
        ...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
        { role: 'user', content: [...shown, { type: 'text', text: user }] },
      ],
      ...{ temperature, seed, maxOutputTokens: maxTokens + thinkingTokens, abortSignal: signal },
    });
    const options = offered ? readOptions(generated, offered) : null;
    return { ...readGenerated(generated, json, answerTags), ...(options ? { options } : {}) };
  } catch (error) {
    const reply = readUnaccepted(error, json, answerTags);
    if (reply === null) throw error;
    return reply;
  }
}
