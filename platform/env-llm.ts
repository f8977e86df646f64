/** The part of the environment that names the language model. */
import { z } from 'zod';
import { userMistake } from '../domain/failures.ts';
import { type LlmPlace, type LlmSettings, llmProviders, structuredModes, variableOf } from '../domain/llm-settings.ts';
import { httpAddress } from './variables/values.ts';

const jsonObject = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'expected a JSON object' });
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string(), z.json(), 'expected a JSON object'));

const perMillion = z.number().nonnegative();
const hosted = llmProviders.filter((provider) => provider !== 'embedded');
const address = httpAddress.default('');

/** What a header can carry: editors make quotes typographic. */
const apiKey = z
  .string()
  .regex(/^[\x20-\x7e]*$/, 'expected characters of ASCII alone')
  .default('');

export const llmVariables = {
  /** Not set: `openai-compatible` where an address is set, else the embedded model. */
  DERMFLOW_LLM_PROVIDER: z.enum(llmProviders).optional(),
  DERMFLOW_LLM_BASE_URL: address,
  DERMFLOW_LLM_API_KEY: apiKey,
  DERMFLOW_LLM_MODEL: z.string().default(''),
  DERMFLOW_LLM_CONCURRENCY: z.coerce.number().int().positive().max(10_000).default(8),
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
  const provider = e.DERMFLOW_LLM_PROVIDER ?? (e.DERMFLOW_LLM_BASE_URL === '' ? 'embedded' : 'openai-compatible');
  // Otherwise a model would write that nobody named.
  const meant = (['DERMFLOW_LLM_MODEL', 'DERMFLOW_LLM_API_KEY'] as const).find((name) => e[name] !== '');
  if (provider === 'embedded' && meant !== undefined) {
    throw userMistake(
      `environment: ${meant} is set, but the embedded language model is asked, which has none; set DERMFLOW_LLM_PROVIDER or DERMFLOW_LLM_BASE_URL to say whose it is, or unset it`,
    );
  }
  return {
    provider,
    baseUrl: e.DERMFLOW_LLM_BASE_URL,
    apiKey: e.DERMFLOW_LLM_API_KEY,
    model: e.DERMFLOW_LLM_MODEL,
    variable: 'DERMFLOW_LLM_',
    places: placesOf(ofPlaces),
    concurrency: e.DERMFLOW_LLM_CONCURRENCY,
    // A timer takes whole milliseconds.
    timeoutMs: Math.ceil(1_000 * e.DERMFLOW_LLM_TIMEOUT),
    body: e.DERMFLOW_LLM_BODY,
    structured: e.DERMFLOW_LLM_STRUCTURED,
    stream: e.DERMFLOW_LLM_STREAM,
    thinkingTokens: e.DERMFLOW_LLM_THINKING_TOKENS,
    asks: e.DERMFLOW_LLM_ASKS,
    prices: e.DERMFLOW_LLM_PRICES,
  };
}
