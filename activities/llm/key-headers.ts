/** The headers by which providers take a key. */
import { type LlmProvider, type LlmSettings, llmProviders } from '../../domain/llm-settings.ts';
import type { Address } from './address.ts';

function headersWith(apiKey: string): Record<LlmProvider, Record<string, string>> {
  const bearer: Record<string, string> = apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` };
  return {
    ...{ embedded: bearer, 'openai-compatible': bearer, openai: bearer },
    ...{ mistral: bearer, deepseek: bearer, alibaba: bearer },
    anthropic: { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' },
    google: { 'x-goog-api-key': apiKey },
    azure: { 'api-key': apiKey },
  };
}

/** The key as a provider takes it, or the credentials of the address. */
export const keyHeaders = (
  { provider, apiKey }: Pick<LlmSettings, 'provider' | 'apiKey'>,
  address: Address,
): Record<string, string> => ({ ...headersWith(apiKey)[provider], ...address.headers });

/** In lower case: those of all providers that hold a key, which no other host is to see. */
export const keyHeaderNames: ReadonlySet<string> = new Set(
  llmProviders.flatMap((provider) =>
    Object.entries(headersWith('a key')[provider]).flatMap(([name, value]) =>
      value.includes('a key') ? [name.toLowerCase()] : [],
    ),
  ),
);
