/** What stands between the AI SDK's models and us. */
import { InvalidResponseDataError, type JSONSchema7, type LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import { injectJsonInstructionIntoMessages } from '@ai-sdk/provider-utils';
import type { LanguageModelMiddleware } from 'ai';
import type { Dialect } from './learned-dialect.ts';
import { type Chunk, chunkOf, countOf, reasonOf } from './reply/chunks.ts';
import { listen } from './words.ts';

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

/**
 * Has the reply streamed and puts it together, for endpoints that give no other. Pieces that the SDK does not accept
 * because of something beside the text are read all the same.
 *
 * @param hasEnded whether the stream said that it was at its end
 */
export const gathersStream = (hasEnded: () => boolean): LanguageModelMiddleware => ({
  specificationVersion: 'v4',
  wrapGenerate: async ({ model, params }) => {
    const { stream, request, response } = await model.doStream({ ...params, includeRawChunks: true });
    const texts = { text: '', reasoning: '', refusal: '' };
    const result: LanguageModelV4GenerateResult = {
      ...{ content: [], finishReason: { unified: 'other', raw: undefined }, warnings: [] },
      usage: {
        inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
        outputTokens: { total: undefined, text: undefined, reasoning: undefined },
      },
      ...(request ? { request } : {}),
    };
    let served = {};
    /** What the chunks say beside their text, the last word of each. */
    let said: Omit<Chunk, keyof typeof texts> = {};
    let chunk: Chunk | null = null;
    let raw: unknown;
    let broken: unknown;
    try {
      for await (const part of stream) {
        if (part.type === 'raw') {
          raw = part.rawValue;
          chunk = chunkOf(part.rawValue);
          const { text: _, reasoning: __, refusal = '', ...rest } = chunk ?? {};
          texts.refusal += refusal;
          said = { ...said, ...rest };
        }
        if (part.type === 'error' && !isWithoutReason(part.error)) {
          if (chunk) {
            texts.text += chunk.text;
            texts.reasoning += chunk.reasoning;
          } else if (texts.text + texts.reasoning === '') throw inItsWords(part.error, raw);
          // What came before an error was paid for: it is kept as cut off.
          else broken = part.error;
        }
        if (part.type === 'text-delta') texts.text += part.delta;
        if (part.type === 'reasoning-delta') texts.reasoning += part.delta;
        if (part.type === 'response-metadata') served = { ...served, ...part };
        if (part.type === 'finish') Object.assign(result, { finishReason: part.finishReason, usage: part.usage });
      }
    } catch (error) {
      // After its reason to end a reply is whole, however the connection ends.
      if (said.finishReason === undefined) throw error;
    }
    const { finishReason: reason = reasonOf(result.finishReason.raw), inputTokens, outputTokens, ...body } = said;
    if (reason === undefined) {
      // A stream that ends without saying why was cut, unless it says that this is the end.
      const isWhole = broken === undefined && hasEnded();
      result.finishReason = { unified: isWhole ? 'stop' : 'length', raw: undefined };
    } else if (reason !== result.finishReason.raw) result.finishReason = { unified: 'other', raw: reason };
    if (texts.refusal !== '') {
      result.finishReason = { unified: 'error', raw: reason };
      result.warnings.push({ type: 'other', message: texts.refusal });
    }
    const { inputTokens: input, outputTokens: output } = result.usage;
    input.total = countOf(input.total) ?? inputTokens;
    output.total = countOf(output.total) ?? outputTokens;
    // Whole: secrets are taken out of it before it is cut.
    if (broken !== undefined)
      result.warnings.push({ type: 'other', message: listen(broken, [], Number.POSITIVE_INFINITY).sentence });
    for (const type of ['reasoning', 'text'] as const) {
      if (texts[type] !== '') result.content.push({ type, text: texts[type] });
    }
    return { ...result, response: { ...response, ...served, body } };
  },
});

/** The SDK's words on a piece are about what it expected. */
const inItsWords = (error: unknown, piece: unknown): unknown =>
  typeof piece === 'object' && piece !== null
    ? new InvalidResponseDataError({ data: piece, message: 'a piece of a stream is not one of a completion' })
    : error;

/** The SDK's own error at the end of a stream that had no finish reason. */
const isWithoutReason = (error: unknown): boolean =>
  InvalidResponseDataError.isInstance(error) && error.data === undefined;
