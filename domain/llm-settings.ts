/** Which language model is asked, and how; read from the environment (`DERMFLOW_LLM_…`). */
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

/** How JSON is asked for. `auto` begins with a schema and steps down where the endpoint refuses. */
export const structuredModes = ['auto', 'json_schema', 'json_object', 'prompt'] as const;
export type StructuredMode = (typeof structuredModes)[number];

/** Money for a million tokens, in the user's currency. */
export interface LlmPrice {
  input: number;
  output: number;
}

export interface LlmSettings {
  provider: LlmProvider;
  /** Empty: the provider's own address. */
  baseUrl: string;
  /** Empty where the endpoint asks for none. */
  apiKey: string;
  model: string;
  /** Requests under way at the same time. */
  concurrency: number;
  /** For one reply. */
  timeoutMs: number;
  /** Fields that each request's body has besides. */
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
