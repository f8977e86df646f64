/** A client of an endpoint that runs in the test. */
import { createEndpointClient, type EndpointClient, type EndpointOptions } from '../../activities/llm/endpoint.ts';
import type { LlmRequest } from '../../domain/llm.ts';
import type { LlmSettings } from '../../domain/llm-settings.ts';
import { llmSettings } from './llm.ts';

export const secretKey = 'sk-very-secret';

export const shortRequest: LlmRequest = {
  system: 'Be brief.',
  user: 'Compare.',
  maxTokens: 50,
  temperature: 0.2,
  seed: 3,
};

export const clientOf = (
  baseUrl: string,
  more: Partial<LlmSettings> = {},
  maxRetries = 2,
  loadImage?: EndpointOptions['loadImage'],
): EndpointClient =>
  createEndpointClient(
    { ...llmSettings, provider: 'openai-compatible', baseUrl, apiKey: secretKey, model: 'qwen', ...more },
    { maxRetries, ...(loadImage ? { loadImage } : {}) },
  );

/** What a promise is rejected with; null where it is not. */
export const rejected = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );
