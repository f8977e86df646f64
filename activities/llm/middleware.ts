/** What stands between the AI SDK's models and us. */
import type { JSONSchema7, LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import { injectJsonInstructionIntoMessages } from '@ai-sdk/provider-utils';
import type { LanguageModelMiddleware } from 'ai';
import type { Dialect } from './dialect.ts';

/** Asks for JSON of a schema, the way the endpoint takes it. */
export const asksForJson = (
  schema: Record<string, unknown>,
  structured: Dialect['structured'],
): LanguageModelMiddleware => ({
  specificationVersion: 'v4',
  transformParams: async ({ params }) => {
    const jsonSchema = schema as JSONSchema7; // a request's schema is one
    if (structured === 'json_schema') {
      return { ...params, responseFormat: { type: 'json', schema: jsonSchema, name: 'reply' } };
    }
    const prompt = injectJsonInstructionIntoMessages({ messages: params.prompt, schema: jsonSchema });
    return structured === 'prompt' ? { ...params, prompt } : { ...params, prompt, responseFormat: { type: 'json' } };
  },
});

/** Has the reply streamed and puts it together, for endpoints that give no other. */
export const gathersStream: LanguageModelMiddleware = {
  specificationVersion: 'v4',
  wrapGenerate: async ({ doStream }) => {
    const { stream, request, response } = await doStream();
    const texts = { text: '', reasoning: '' };
    const result: LanguageModelV4GenerateResult = {
      content: [],
      finishReason: { unified: 'other', raw: undefined },
      usage: {
        inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
        outputTokens: { total: undefined, text: undefined, reasoning: undefined },
      },
      warnings: [],
      ...(request ? { request } : {}),
    };
    let served = {};
    for await (const part of stream) {
      // What came before an error, or before the end of the connection, was paid for: it is kept as cut off.
      if (part.type === 'error' && texts.text + texts.reasoning === '') throw part.error;
      if (part.type === 'text-delta') texts.text += part.delta;
      if (part.type === 'reasoning-delta') texts.reasoning += part.delta;
      if (part.type === 'response-metadata') served = { ...served, ...part };
      if (part.type === 'finish') Object.assign(result, { finishReason: part.finishReason, usage: part.usage });
    }
    // A stream that ends without saying why was cut.
    if (result.finishReason.raw === undefined) result.finishReason = { unified: 'length', raw: undefined };
    for (const type of ['reasoning', 'text'] as const) {
      if (texts[type] !== '') result.content.push({ type, text: texts[type] });
    }
    return { ...result, response: { ...response, ...served } };
  },
};
