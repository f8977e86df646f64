/** An endpoint's address, taken apart: what may be shown, what is asked, and the credentials in it. */

import type { Json } from '../../domain/artifact.ts';
import { userMistake } from '../../domain/failures.ts';
import type { LlmProvider, LlmSettings } from '../../domain/llm-settings.ts';

export interface Address {
  /** Without credentials and query; for messages and for the SDK. */
  shown: string;
  /** The query of the base URL, which every request keeps, e.g. Azure's `api-version`. */
  query: URLSearchParams;
  /** `user:password@` of the address, which `fetch` refuses to take there. */
  headers: Record<string, string>;
}

/** Where a provider is found when no address is given; Azure gives each customer one of their own. */
const customary: Partial<Record<LlmProvider, string>> = {
  openai: 'https://api.openai.com/v1',
  mistral: 'https://api.mistral.ai/v1',
  deepseek: 'https://api.deepseek.com',
  alibaba: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
  anthropic: 'https://api.anthropic.com/v1',
  google: 'https://generativelanguage.googleapis.com/v1beta',
};

/** People paste the whole address of the method; the SDK adds this part itself. */
const method = /\/(?:chat\/completions|responses|messages|completions)$/;
export const withoutMethod = (address: string): string => address.replace(/\/+$/, '').replace(method, '');

export function openAddress(settings: Pick<LlmSettings, 'provider' | 'baseUrl' | 'variable'>): Address {
  const { provider, baseUrl, variable } = settings;
  const given = baseUrl === '' ? customary[provider] : baseUrl;
  if (given === undefined) {
    throw userMistake(
      `environment: the language model is asked of "${provider}" but ${variable}BASE_URL is empty; set it`,
    );
  }
  const url = new URL(given);
  const credentials = basic(url);
  return {
    shown: withoutMethod(`${url.origin}${url.pathname}`),
    query: url.searchParams,
    headers: credentials === '' ? {} : { authorization: `Basic ${credentials}` },
  };
}

/** `user:password` of an address as the header has it; empty where it has none. */
const basic = ({ username, password }: URL): string =>
  username === '' && password === '' ? '' : Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');

/** A percent sign may stand for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const secret = /key|token|secret|sig|password|auth|^code$/i;

/** The address as the ledger's key holds it: with what chooses a model or a version, without what is secret. */
export function addressOfRecord({ shown, query }: Address): string {
  const open = new URLSearchParams([...query].filter(([name]) => !secret.test(name)));
  return open.size === 0 ? shown : `${shown}?${open}`;
}

/** Fields by which gateways take a key of the provider behind them. */
const secretField = /^(?:x[-_])?api[-_]?key$|^authorization$|secret|password|^(?:access|auth|bearer)[-_]?token$/i;

/** The fields of a request as the ledger's key holds them: without what is secret. */
export function bodyOfRecord(body: Record<string, Json>): Record<string, Json> {
  const open = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(open);
    return typeof value === 'object' && value !== null ? bodyOfRecord(value) : value;
  };
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) => (secretField.test(name) ? [] : [[name, open(value)]])),
  );
}

const secretsIn = (value: Json): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([name, each]) =>
        typeof each === 'string' && secretField.test(name) ? [each] : secretsIn(each),
      );

/** All that must not appear in a message, as it was given and as it is sent; the longest first, which may hold others. */
export const secretsOf = ({ apiKey, baseUrl, body }: Pick<LlmSettings, 'apiKey' | 'baseUrl' | 'body'>): string[] => {
  const url = baseUrl === '' ? null : new URL(baseUrl);
  const query = [...(url?.searchParams ?? [])].flatMap(([name, value]) => (secret.test(name) ? [value] : []));
  // A name without a password is a token.
  const user = url === null ? '' : url.password || url.username;
  const sent = url === null ? '' : basic(url);
  return [apiKey, sent, ...query, ...query.map(encodeURIComponent), user, decoded(user), ...secretsIn(body)]
    .filter((text) => text.length > 3)
    .toSorted((a, b) => b.length - a.length);
};
