/** Which language model is asked, and how: chosen by the recipe, else by the environment (`DERMFLOW_LLM_…`). */
import { z } from 'zod';
import type { Json } from './artifact.ts';

export const llmProviders = [
  'embedded',
  'openai-compatible',
  'openai',
  'azure',
  'mistral',
  'deepseek',
  'alibaba',
  'anthropic',
  'google',
] as const;
export type LlmProvider = (typeof llmProviders)[number];

/** What a recipe may choose. Addresses and keys are the environment's, and so is what the recipe leaves open. */
export const llmChoiceSchema = z.strictObject({
  provider: z.enum(llmProviders).optional(),
  /** A name at that provider. */
  model: z.string().min(1).optional(),
  /** Asked in batches, which take up to a day and cost half; of openai, openai-compatible and anthropic. */
  batch: z.boolean().optional(),
});
export type LlmChoice = z.infer<typeof llmChoiceSchema>;

/** Where a provider is found. */
export interface LlmPlace {
  /** Empty: the provider's own address. */
  baseUrl: string;
  /** Empty where the endpoint asks for none. */
  apiKey: string;
  model: string;
}

/** How JSON is asked for. `auto` begins with a schema and steps down where the endpoint refuses. */
export const structuredModes = ['auto', 'json_schema', 'json_object', 'prompt'] as const;
export type StructuredMode = (typeof structuredModes)[number];

/** Money for a million tokens, in the user's currency. */
export interface LlmPrice {
  input: number;
  output: number;
}

export interface LlmSettings extends LlmPlace {
  provider: LlmProvider;
  /** How the environment's variables of this place begin, for messages. */
  variable: string;
  /** Places of providers that have variables of their own, for recipes that choose one. */
  places: Partial<Record<LlmProvider, LlmPlace>>;
  /** Requests under way at the same time. */
  concurrency: number;
  /** For one reply. */
  timeoutMs: number;
  /** Extra fields of each request's body. */
  body: Record<string, Json>;
  structured: StructuredMode;
  /** `auto`: only where the endpoint demands it. */
  stream: 'auto' | 'always' | 'never';
  /** Tokens besides the answer's own that a model may think for. */
  thinkingTokens: number;
  /** How often in one execution of a run a request is made whose replies are of no use. */
  asks: number;
  prices: Record<string, LlmPrice>;
}

/** E.g. `DERMFLOW_LLM_AZURE_`. */
export const variableOf = (provider: LlmProvider): string =>
  `DERMFLOW_LLM_${provider.toUpperCase().replaceAll('-', '_')}_`;

/**
 * The settings for what a recipe chose. A provider's own variables (`DERMFLOW_LLM_AZURE_…`) go before the common ones
 * (`DERMFLOW_LLM_…`), which hold for the environment's own provider alone: no key goes to another one's address.
 */
export function settingsFor(settings: LlmSettings, choice: LlmChoice | undefined): LlmSettings {
  const provider = choice?.provider ?? settings.provider;
  const own = settings.places[provider];
  const isCommon = provider === settings.provider;
  const { baseUrl, apiKey, model } = isCommon ? settings : { baseUrl: '', apiKey: '', model: '' };
  // Of two addresses each has a key of its own.
  const isElsewhere = baseUrl !== '' && own !== undefined && own.baseUrl !== '' && own.baseUrl !== baseUrl;
  return {
    ...settings,
    provider,
    variable: own === undefined && isCommon ? settings.variable : variableOf(provider),
    baseUrl: own?.baseUrl || baseUrl,
    apiKey: own?.apiKey || (isElsewhere ? '' : apiKey),
    model: choice?.model ?? (own?.model || model),
  };
}
