/**
 * Lines of a batch, written and read by the AI SDK: it asks as always, but what it sends becomes the line, and
 * what the line brought is its answer. So a reply by batch is read as any other.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { LlmReply, LlmRequest } from '../../../domain/llm.ts';
import type { LlmSettings } from '../../../domain/llm-settings.ts';
import type { Address } from '../address.ts';
import { type Generation, generate } from '../generate.ts';
import type { Dialect } from '../learned-dialect.ts';
import { providerModel } from '../providers.ts';

export interface BatchCodec {
  /** The body of the request, as it would be sent, and the beta features that its headers ask for. */
  encode(
    request: LlmRequest,
    pictures: Generation['pictures'],
  ): Promise<{ body: Record<string, unknown>; beta: string }>;
  /** Null where the body is no reply. */
  decode(request: LlmRequest, body: unknown): Promise<LlmReply | null>;
}

interface Exchange {
  sent: { body: Record<string, unknown>; beta: string } | null;
  answer: string;
}

export function createBatchCodec(
  settings: Pick<LlmSettings, 'provider' | 'apiKey' | 'model' | 'thinkingTokens'>,
  address: Address,
  dialect: Dialect,
): BatchCodec {
  const exchanges = new AsyncLocalStorage<Exchange>();
  const model = providerModel(settings, address, async (_, init) => {
    const exchange = exchanges.getStore();
    if (!exchange) throw new Error('a batch is written and read inside an exchange');
    const beta = new Headers(init?.headers).get('anthropic-beta') ?? '';
    exchange.sent = { body: dialect.adapt(JSON.parse(String(init?.body))), beta };
    return new Response(exchange.answer, { headers: { 'content-type': 'application/json' } });
  });
  const { signal } = new AbortController();
  const { thinkingTokens } = settings;
  const ask = (exchange: Exchange, request: LlmRequest, pictures: Generation['pictures']): Promise<LlmReply> => {
    const form = { structured: dialect.structured, stream: false };
    return exchanges.run(exchange, () => generate({ model, request, pictures, dialect: form, thinkingTokens, signal }));
  };
  return {
    encode: async (request, pictures) => {
      const exchange: Exchange = { sent: null, answer: '{}' };
      // This is no answer, and nobody reads it.
      const failure: unknown = await ask(exchange, request, pictures).catch((error: unknown) => error);
      if (exchange.sent === null) throw failure;
      return exchange.sent;
    },
    decode: (request, body) => ask({ sent: null, answer: JSON.stringify(body) }, request, []).catch(() => null),
  };
}
