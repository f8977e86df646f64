/** The batch API of a provider that has one. */
import type { LlmSettings } from '../../../domain/llm-settings.ts';
import type { LlmBatches } from '../../ports/llm-client.ts';
import type { Address } from '../address.ts';
import type { Dialect } from '../learned-dialect.ts';
import { anthropicBatches } from './anthropic.ts';
import { createBatchCodec } from './codec.ts';
import type { BatchMeans } from './lines.ts';
import { openAiBatches } from './openai.ts';

export function createBatches(
  settings: Pick<LlmSettings, 'provider' | 'apiKey' | 'model' | 'thinkingTokens'>,
  address: Address,
  dialect: Dialect,
  means: Omit<BatchMeans, 'codec'>,
): LlmBatches | null {
  const { provider } = settings;
  const withCodec = (): BatchMeans => ({ ...means, codec: createBatchCodec(settings, address, dialect) });
  if (provider === 'openai' || provider === 'openai-compatible') return openAiBatches(withCodec());
  return provider === 'anthropic' ? anthropicBatches(withCodec()) : null;
}
