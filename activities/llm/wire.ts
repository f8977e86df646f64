/** The `fetch` below the AI SDK: the body in the endpoint's dialect, the query of its address, time for slow answers. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Duplex, pipeline, Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { EnvHttpProxyAgent, interceptors, request } from 'undici';
import { exemptHosts } from '../../platform/proxy.ts';
import type { Address } from './address.ts';
import type { Dialect } from './dialect.ts';
import { readPieces, watchPieces, watchReply } from './moving.ts';

/**
 * Node's own limits of five minutes for a reply's begin and between its pieces would end what
 * DERMFLOW_LLM_TIMEOUT allows.
 */
const dispatcher = new EnvHttpProxyAgent({ headersTimeout: 0, bodyTimeout: 0, noProxy: exemptHosts() });
const following = dispatcher.compose(interceptors.redirect({ maxRedirections: 5 }));

/** `fetch` with these limits, for any request to an endpoint. */
export const patientFetch: typeof fetch = async (input, init) =>
  typeof init?.body === 'string'
    ? post(String(input instanceof Request ? input.url : input), init, init.body)
    : // Node's `fetch` is undici's and takes its dispatchers, which the types of the web do not know.
      watchReply(await fetch(input, { ...init, dispatcher } as unknown as RequestInit));

/** Headers as an object, which the SDK gives already, with names in lower case. */
const plain = (headers: RequestInit['headers']): Record<string, string> =>
  headers instanceof Headers || Array.isArray(headers)
    ? Object.fromEntries(new Headers(headers))
    : ({ ...headers } as Record<string, string>); // without undefined values, which the types allow

/** For servers that compress what nobody asked them to. */
const decoders: Record<string, () => Duplex> = {
  ...{ gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress },
};
const withoutBody = new Set([204, 205, 304]);

/** Uses undici's own `request`, since `fetch` takes three times the processor time, half of all that a reply costs. */
async function post(url: string, { method = 'POST', headers, signal }: RequestInit, body: string): Promise<Response> {
  const answer = await request(url, {
    ...{ method: method as 'POST', body, dispatcher: following, signal: signal ?? null }, // a method of HTTP in both
    headers: plain(headers),
  });
  const decode = decoders[String(answer.headers['content-encoding']).toLowerCase()];
  // Streamed replies are read as they come, all others at once.
  const streamed = String(answer.headers['content-type']).startsWith('text/event-stream');
  let content: ReadableStream | string;
  if (decode || streamed) {
    const pieces = watchPieces(answer.body);
    const bytes: Readable = decode ? pipeline(pieces, decode(), () => {}) : pieces; // an error reaches the reader
    content = streamed ? (Readable.toWeb(bytes) as ReadableStream) : await textOf(bytes); // the web's, in Node
  } else {
    content = new TextDecoder().decode(await readPieces(answer.body));
  }
  const given = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]);
  const init = { status: answer.statusCode, statusText: answer.statusText, headers: given };
  if (withoutBody.has(answer.statusCode)) return new Response(null, init);
  return new Response(content, init);
}

/** What was sent last for one call of the SDK, so that it is known when it is refused. */
export interface Exchange {
  sent: Record<string, unknown>;
  /**
   * Pictures in base64 by what stands for them until the body is text: the SDK and the dialect would otherwise write and
   * read hundreds of kilobytes four times.
   */
  pictures: ReadonlyMap<string, string>;
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
      const merged = { ...plain(init?.headers), ...headers };
      const body = withPictures(JSON.stringify(sent), exchange?.pictures ?? new Map());
      return patientFetch(url, { ...init, headers: merged, body });
    },
  };
}

/** Base64 has no character that JSON escapes. */
const withPictures = (body: string, pictures: ReadonlyMap<string, string>): string =>
  [...pictures].reduce((text, [standIn, data]) => text.replace(standIn, () => data), body);
