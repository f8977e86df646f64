/** The part of the environment that names the language model. */
import { z } from 'zod';
import { type LlmPlace, type LlmSettings, llmProviders, structuredModes, variableOf } from '../domain/llm-settings.ts';

const jsonObject = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text === '' ? '{}' : text);
    } catch {
      context.addIssue({ code: 'custom', message: 'expected a JSON object' });
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string(), z.json(), 'expected a JSON object'));

const perMillion = z.number().nonnegative();
const hosted = llmProviders.filter((provider) => provider !== 'embedded');
const address = z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default('');

/** What a header can carry: files of secrets end with a line break, and editors make quotes typographic. */
const apiKey = z
  .string()
  .trim()
  .regex(/^[\x20-\x7e]*$/, 'expected characters of ASCII alone')
  .default('');

export const llmVariables = {
  /** Empty: `openai-compatible` where an address is set, else the embedded model. */
  DERMFLOW_LLM_PROVIDER: z.union([z.literal(''), z.enum(llmProviders)]).default(''),
  DERMFLOW_LLM_BASE_URL: address,
  DERMFLOW_LLM_API_KEY: apiKey,
  DERMFLOW_LLM_MODEL: z.string().default(''),
  DERMFLOW_LLM_CONCURRENCY: z.coerce.number().int().positive().default(8),
  /** Seconds that one reply may take. */
  DERMFLOW_LLM_TIMEOUT: z.coerce.number().positive().max(86_400).default(600),
  /** Extra fields of each request's body, e.g. `{"enable_thinking":false}`. */
  DERMFLOW_LLM_BODY: jsonObject.default({}),
  DERMFLOW_LLM_STRUCTURED: z.enum(structuredModes).default('auto'),
  DERMFLOW_LLM_STREAM: z.enum(['auto', 'always', 'never']).default('auto'),
  /** Tokens besides the answer's own that a model may think for. */
  DERMFLOW_LLM_THINKING_TOKENS: z.coerce.number().int().nonnegative().default(0),
  /** How often in one execution of a run a request is made whose replies are of no use. */
  DERMFLOW_LLM_ASKS: z.coerce.number().int().positive().default(3),
  /** Price of a million tokens by model, e.g. `{"gpt-4o-mini":{"input":0.15,"output":0.6}}`. */
  DERMFLOW_LLM_PRICES: jsonObject
    .pipe(z.record(z.string(), z.strictObject({ input: perMillion, output: perMillion })))
    .default({}),
};

/** For providers that recipes choose beside the environment's own: `DERMFLOW_LLM_AZURE_BASE_URL`, `…_API_KEY`, `…_MODEL`. */
export const llmPlaceVariables = z.object(
  Object.fromEntries(
    hosted.flatMap((provider) => [
      [`${variableOf(provider)}BASE_URL`, address],
      [`${variableOf(provider)}API_KEY`, apiKey],
      [`${variableOf(provider)}MODEL`, z.string().default('')],
    ]),
  ),
);

function placesOf(variables: z.infer<typeof llmPlaceVariables>): LlmSettings['places'] {
  const places = hosted.map((provider): [string, LlmPlace] => {
    const own = (name: string): string => String(variables[`${variableOf(provider)}${name}`] ?? '');
    return [provider, { baseUrl: own('BASE_URL'), apiKey: own('API_KEY'), model: own('MODEL') }];
  });
  return Object.fromEntries(places.filter(([, place]) => Object.values(place).some((value) => value !== '')));
}

export function llmSettings(
  e: z.infer<z.ZodObject<typeof llmVariables>>,
  ofPlaces: z.infer<typeof llmPlaceVariables>,
): LlmSettings {
  const named = e.DERMFLOW_LLM_PROVIDER;
  return {
    provider: named === '' ? (e.DERMFLOW_LLM_BASE_URL === '' ? 'embedded' : 'openai-compatible') : named,
    baseUrl: e.DERMFLOW_LLM_BASE_URL,
    apiKey: e.DERMFLOW_LLM_API_KEY,
    model: e.DERMFLOW_LLM_MODEL,
    variable: 'DERMFLOW_LLM_',
    places: placesOf(ofPlaces),
    concurrency: e.DERMFLOW_LLM_CONCURRENCY,
    timeoutMs: 1_000 * e.DERMFLOW_LLM_TIMEOUT,
    body: e.DERMFLOW_LLM_BODY,
    structured: e.DERMFLOW_LLM_STRUCTURED,
    stream: e.DERMFLOW_LLM_STREAM,
    thinkingTokens: e.DERMFLOW_LLM_THINKING_TOKENS,
    asks: e.DERMFLOW_LLM_ASKS,
    prices: e.DERMFLOW_LLM_PRICES,
  };
}
