/** The `fetch` below the AI SDK: the body in the endpoint's dialect, the query of its address, time for slow answers. */
import { EnvHttpProxyAgent } from 'undici';
import type { Address } from './address.ts';
import type { Dialect } from './dialect.ts';
import { watchReply } from './moving.ts';

/**
 * Node's own limits of five minutes for a reply's begin and between its pieces would end what
 * DERMFLOW_LLM_TIMEOUT allows. Loopback is never reached through a proxy.
 */
const dispatcher = new EnvHttpProxyAgent({
  headersTimeout: 0,
  bodyTimeout: 0,
  noProxy: [process.env.no_proxy ?? process.env.NO_PROXY ?? '', 'localhost', '127.0.0.1', '[::1]']
    .filter((host) => host !== '')
    .join(','),
});

/** `fetch` with these limits, for any request to an endpoint. */
export const patientFetch: typeof fetch = async (input, init) =>
  // Node's `fetch` is undici's and takes its dispatchers, which the types of the web do not know.
  watchReply(await fetch(input, { ...init, dispatcher } as unknown as RequestInit));

export interface Wire {
  fetch: typeof fetch;
  /** The body as it was sent last. */
  sent: Record<string, unknown>;
}

/** For one request, so that what was sent is known when it is refused. */
export function createWire({ query, headers }: Address, dialect: Dialect): Wire {
  const wire: Wire = {
    sent: {},
    fetch: (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      for (const [name, value] of query) if (!url.searchParams.has(name)) url.searchParams.set(name, value);
      if (typeof init?.body === 'string') wire.sent = dialect.adapt(JSON.parse(init.body));
      // Credentials of the address take the place of the key.
      const merged = { ...Object.fromEntries(new Headers(init?.headers)), ...headers };
      return patientFetch(url, { ...init, headers: merged, body: JSON.stringify(wire.sent) });
    },
  };
  return wire;
}
