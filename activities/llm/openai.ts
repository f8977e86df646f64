/** Any endpoint that speaks OpenAI's chat completions: OpenAI itself, vLLM, llama.cpp's server and others. */
import OpenAI, { APIConnectionError, APIError, APIUserAbortError } from 'openai';
import { z } from 'zod';
import { DermflowError, failureTypes, unavailable, userMistake } from '../../domain/failures.ts';
import type { LlmRequest } from '../../domain/llm.ts';
import type { LlmClient, LlmReply } from '../ports/llm-client.ts';

export interface OpenAiSettings {
  baseUrl: string;
  /** Empty where the endpoint asks for none. */
  apiKey: string;
  model: string;
  /** Attempts after the first, on 408, 409, 429, 5xx and lost connections. Defaults to 5. */
  maxRetries?: number;
  /** For one attempt, in milliseconds. Defaults to 120,000. */
  timeoutMs?: number;
}

/** The part of a chat completion that we use; servers differ in the rest. */
const completionSchema = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullish() }) })).min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
});

/**
 * Retries wait as long as `Retry-After` says (up to a minute, else with growing pauses). An endpoint that stays away is
 * `Unavailable`; a refused key, model or request is the user's mistake. The key appears in no message.
 */
export function createOpenAiClient(settings: OpenAiSettings): LlmClient {
  const { baseUrl, apiKey, model, maxRetries = 5, timeoutMs = 120_000 } = settings;
  const { endpoint, headers } = openAddress(baseUrl);
  const client = new OpenAI({
    baseURL: endpoint,
    defaultHeaders: headers,
    apiKey: apiKey === '' ? 'none' : apiKey,
    organization: null,
    project: null,
    maxRetries,
    timeout: timeoutMs,
    logLevel: 'off', // its debug log would print headers
  });
  return {
    model,
    async complete(request, signal): Promise<LlmReply> {
      try {
        return readCompletion(await client.chat.completions.create(toBody(request, model), { signal }), endpoint);
      } catch (error) {
        signal.throwIfAborted();
        throw explain(error, endpoint, model);
      }
    },
    close: async () => {},
  };
}

const toBody = (request: LlmRequest, model: string): OpenAI.ChatCompletionCreateParamsNonStreaming => ({
  model,
  messages: [
    { role: 'system', content: request.system },
    { role: 'user', content: request.user },
  ],
  // Not `max_completion_tokens`, which servers other than OpenAI's may ignore.
  max_tokens: request.maxTokens,
  temperature: request.temperature,
  seed: request.seed,
  ...(request.jsonSchema && {
    response_format: { type: 'json_schema', json_schema: { name: 'reply', strict: true, schema: request.jsonSchema } },
  }),
});

/** A refusal has no content: its text is empty, and the reader of the reply rejects it. */
function readCompletion(body: unknown, endpoint: string): LlmReply {
  const parsed = completionSchema.safeParse(body);
  if (!parsed.success) throw malformed(endpoint);
  const { choices, usage } = parsed.data;
  return {
    text: (choices[0]?.message.content ?? '').trim(),
    inputTokens: usage?.prompt_tokens ?? 0,
    outputTokens: usage?.completion_tokens ?? 0,
  };
}

const malformed = (endpoint: string, cause?: unknown): DermflowError =>
  new DermflowError(failureTypes.llm, `LLM endpoint ${endpoint}: the answer is no chat completion`, { cause });

function explain(error: unknown, endpoint: string, model: string): unknown {
  if (error instanceof DermflowError || error instanceof APIUserAbortError) return error;
  if (error instanceof APIConnectionError) {
    return unavailable(
      `LLM endpoint ${endpoint} does not answer (${rootCause(error)}); start it or correct DERMFLOW_LLM_BASE_URL`,
    );
  }
  if (!(error instanceof APIError)) return error instanceof SyntaxError ? malformed(endpoint, error) : error;
  const status = Number(error.status);
  if (status === 401 || status === 403) {
    return userMistake(`LLM endpoint ${endpoint} refused the key (HTTP ${status}); set DERMFLOW_LLM_API_KEY`);
  }
  if (status === 404) {
    return userMistake(
      `LLM endpoint ${endpoint} has no model "${model}" (HTTP 404); correct DERMFLOW_LLM_MODEL or DERMFLOW_LLM_BASE_URL`,
    );
  }
  if (status === 408 || status === 409 || status === 429 || status >= 500) {
    return unavailable(
      `LLM endpoint ${endpoint} is overloaded or failing (HTTP ${status}); the run goes on when it recovers`,
    );
  }
  return userMistake(
    `LLM endpoint ${endpoint} refused the request (HTTP ${status}); does "${model}" take chat completions with these settings?`,
  );
}

/** E.g. `ECONNREFUSED`, which the library buries. */
function rootCause(error: Error): string {
  const { cause } = error;
  if (cause instanceof Error) return rootCause(cause);
  const code = (error as NodeJS.ErrnoException).code; // set on Node's network errors
  return code ?? error.message;
}

/** An address that may be shown and fetched, and as a header the credentials that stood in it, which `fetch` refuses. */
export function openAddress(address: string): { endpoint: string; headers: Record<string, string> } {
  const { origin, pathname, username, password } = new URL(address);
  const endpoint = `${origin}${pathname}`.replace(/\/$/, '');
  if (username === '') return { endpoint, headers: {} };
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { endpoint, headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } };
}
