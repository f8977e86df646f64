/** The AI SDK's model for each provider, behind one interface. */
import { createAlibaba } from '@ai-sdk/alibaba';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createAzure } from '@ai-sdk/azure';
import { createDeepSeek } from '@ai-sdk/deepseek';
import { createGoogle } from '@ai-sdk/google';
import { createMistral } from '@ai-sdk/mistral';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { LlmProvider, LlmSettings } from '../../domain/llm-settings.ts';
import type { Address } from './address.ts';

/** @param fetch what makes the requests; it knows the endpoint's dialect */
export function providerModel(
  { provider, apiKey, model }: Pick<LlmSettings, 'provider' | 'apiKey' | 'model'>,
  { shown: baseURL, query, headers }: Address,
  fetch: typeof globalThis.fetch,
): LanguageModelV4 {
  // An empty key would make the SDK look for variables that our user did not name.
  const settings = { baseURL, apiKey: apiKey === '' ? 'none' : apiKey, headers, fetch };
  switch (
    provider as Exclude<LlmProvider, 'embedded'> // the embedded one has no address
  ) {
    case 'openai-compatible':
      return createOpenAICompatible({
        ...settings,
        name: 'endpoint',
        includeUsage: true,
        supportsStructuredOutputs: true,
      }).chatModel(model);
    case 'openai':
      return createOpenAI(settings).chat(model);
    case 'azure': {
      const [, prefix = baseURL, deployment] = /^(.*)\/deployments\/([^/]+)$/.exec(baseURL) ?? [];
      const apiVersion = query.get('api-version');
      return createAzure({
        ...settings,
        baseURL: prefix,
        ...(apiVersion === null ? {} : { apiVersion }),
        useDeploymentBasedUrls: deployment !== undefined,
      }).chat(deployment ?? model);
    }
    case 'mistral':
      return createMistral(settings).chat(model);
    case 'deepseek':
      return createDeepSeek(settings).chat(model);
    case 'alibaba':
      return createAlibaba(settings).chatModel(model);
    case 'anthropic':
      return createAnthropic(settings).chat(model);
    case 'google':
      return createGoogle(settings).chat(model);
  }
}
