/** The `fetch` below the AI SDK: the body in the endpoint's dialect, the query of its address, time for slow answers. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EnvHttpProxyAgent } from 'undici';
import { exemptHosts } from '../../infra/proxy.ts';
import type { Address } from './address.ts';
import type { Dialect } from './dialect.ts';

/**
 * Node's own limits of five minutes for a reply's begin and between its pieces would end what
 * DERMFLOW_LLM_TIMEOUT allows.
 */
const dispatcher = new EnvHttpProxyAgent({ headersTimeout: 0, bodyTimeout: 0, noProxy: exemptHosts() });

/** `fetch` with these limits, for any request to an endpoint. */
export const patientFetch: typeof fetch = (input, init) =>
  // Node's `fetch` is undici's and takes its dispatchers, which the types of the web do not know.
  fetch(input, { ...init, dispatcher } as unknown as RequestInit);

/** What was sent last for one call of the SDK, so that it is known when it is refused. */
export interface Exchange {
  sent: Record<string, unknown>;
}

export interface Wire {
  fetch: typeof fetch;
  /** Runs a call of the SDK, whose model is shared by all calls, and notes in `exchange` what it sends. */
  noting<T>(exchange: Exchange, call: () => Promise<T>): Promise<T>;
}

export function createWire({ query, headers }: Address, dialect: Dialect): Wire {
  const exchanges = new AsyncLocalStorage<Exchange>();
  return {
    noting: (exchange, call) => exchanges.run(exchange, call),
    fetch: (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      for (const [name, value] of query) if (!url.searchParams.has(name)) url.searchParams.set(name, value);
      const sent = typeof init?.body === 'string' ? dialect.adapt(JSON.parse(init.body)) : {};
      const exchange = exchanges.getStore();
      if (exchange) exchange.sent = sent;
      // Credentials of the address take the place of the key.
      const merged = { ...Object.fromEntries(new Headers(init?.headers)), ...headers };
      return patientFetch(url, { ...init, headers: merged, body: JSON.stringify(sent) });
    },
  };
}
