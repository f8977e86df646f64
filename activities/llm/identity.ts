/** What an endpoint says of the model behind a name: other weights under the same name are another model. */
import { z } from 'zod';
import { type DermflowError, unavailable, userMistake } from '../../domain/failures.ts';
import type { LlmIdentity } from '../../domain/llm.ts';
import { classOf } from '../../domain/llm-failures.ts';
import type { LlmSettings } from '../../domain/llm-settings.ts';
import { jsonOrNull } from '../../domain/rows/json-text.ts';
import { proxyWords } from '../../platform/proxy.ts';
import { type Address, addressOfRecord, bodyOfRecord } from './address.ts';
import { keyHeaders } from './key-headers.ts';
import { patientFetch } from './transport.ts';

/**
 * What tells weights apart: vLLM's `root` and `parent`, llama.cpp's `meta`, digests and revisions of others. Not
 * `created`, which vLLM and llama.cpp set to the time of the question.
 */
const identifying = [
  ...['root', 'parent', 'meta', 'digest', 'sha', 'sha256', 'revision', 'version', 'checkpoint', 'quantization'],
  ...['system_fingerprint', 'fingerprint', 'created_at'],
];

const entrySchema = z.record(z.string(), z.json());
const listSchema = z.object({ data: z.array(entrySchema) });

/** GETs the endpoint's list of models, as its dialect has it. */
export async function askForModels(
  settings: Pick<LlmSettings, 'provider' | 'apiKey' | 'model'>,
  address: Address,
  signal: AbortSignal,
): Promise<Response> {
  const { provider, model } = settings;
  const own = provider === 'anthropic' || provider === 'google';
  const url = new URL(`${address.shown}/models${own ? `/${encodeURIComponent(model)}` : ''}`);
  for (const [name, value] of address.query) url.searchParams.set(name, value);
  const headers = keyHeaders(settings, address);
  return patientFetch(url, { headers, signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]) });
}

/** Throws `Unavailable` where the endpoint is away; one that does not list its models is no error. */
export async function identifyEndpoint(
  settings: Pick<LlmSettings, 'provider' | 'apiKey' | 'model' | 'body' | 'variable'>,
  address: Address,
  signal: AbortSignal,
): Promise<LlmIdentity> {
  const { provider, model, body, variable } = settings;
  const response = await askForModels(settings, address, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw notReached(error, address, variable);
  });
  const text = await response.text().catch(() => '');
  const json = jsonOrNull(text);
  if ([408, 429].includes(response.status) || response.status >= 500 || isPassing(json)) {
    throw unavailable(
      `LLM endpoint ${address.shown} is overloaded or failing (HTTP ${response.status} for its models)`,
    );
  }
  const says = response.ok ? tellingPart(json, model) : {};
  return { provider, address: addressOfRecord(address), model, says, body: bodyOfRecord(body) };
}

/** An error that will go, under whatever status: without the list, this would be another model for as long. */
const isPassing = (json: unknown): boolean => {
  const error = z.looseObject({ error: z.json() }).safeParse(json).data?.error;
  return Boolean(error) && classOf(200, JSON.stringify(error)) === 'away';
};

function tellingPart(json: unknown, model: string): LlmIdentity['says'] {
  const list = listSchema.safeParse(json);
  const entry = list.success ? list.data.data.find(({ id }) => id === model) : entrySchema.safeParse(json).data;
  return Object.fromEntries(Object.entries(entry ?? {}).filter(([name]) => identifying.includes(name)));
}

/** Codes of OpenSSL for a certificate that is not taken. */
export const untrusted = /^(?:CERT_|DEPTH_ZERO_|ERR_TLS_CERT_|SELF_SIGNED_|UNABLE_TO_)/;

/** Nobody answers there, or nobody who can be trusted. */
export function notReached(error: unknown, { shown }: Pick<Address, 'shown'>, variable: string): DermflowError {
  const [name, cause, route] = [`LLM endpoint ${shown}`, rootCause(error), proxyWords(shown)];
  if (!untrusted.test(cause)) {
    return unavailable(`${name} does not answer (${cause})${route}; start it or correct ${variable}BASE_URL`);
  }
  return userMistake(
    `${name} shows a certificate that is not trusted (${cause})${route}; set NODE_EXTRA_CA_CERTS on the llm worker to that of its authority, or have it renewed, then "dermflow resume"`,
  );
}

/** E.g. `ECONNREFUSED`, which the libraries bury. */
export function rootCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return rootCause(error.cause);
  return (error as NodeJS.ErrnoException).code ?? error.message; // set on Node's network errors
}
