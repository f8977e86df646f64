/** Requests to an endpoint, and answers as they come: packed, redirected, in pieces, slowly. */
import { type Duplex, pipeline, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { type Dispatcher, EnvHttpProxyAgent, interceptors, request } from 'undici';
import { exemptHosts } from '../../platform/proxy.ts';
import { readPieces, watchPieces, watchReply } from './moving.ts';

/**
 * Node's own limits of five minutes for a reply's begin and between its pieces would end what
 * DERMFLOW_LLM_TIMEOUT allows.
 */
const dispatcher = new EnvHttpProxyAgent({ headersTimeout: 0, bodyTimeout: 0, noProxy: exemptHosts() });
const following = dispatcher.compose(interceptors.redirect({ maxRedirections: 5 }));

/** `fetch` with these limits, for any request to an endpoint. */
export const patientFetch: typeof fetch = async (input, init) =>
  typeof init?.body === 'string' || init?.body instanceof Uint8Array
    ? post(String(input instanceof Request ? input.url : input), init, init.body)
    : // Node's `fetch` is undici's and takes its dispatchers, which the types of the web do not know.
      watchReply(await fetch(input, { ...init, dispatcher } as unknown as RequestInit));

/** Headers as an object, which the SDK gives already, with names in lower case. */
export const plainHeaders = (headers: RequestInit['headers']): Record<string, string> =>
  headers instanceof Headers || Array.isArray(headers)
    ? Object.fromEntries(new Headers(headers))
    : ({ ...headers } as Record<string, string>); // without undefined values, which the types allow

const eventStream = 'text/event-stream';
export const isStream = ({ headers }: Response): boolean =>
  headers.get('content-type')?.toLowerCase().startsWith(eventStream) ?? false;

/** Our own header of an answer that came from elsewhere: the address that gave it. */
export const redirectedTo = 'x-dermflow-redirected-to';

/** For servers that compress what nobody asked them to. */
const decoders: Record<string, () => Duplex> = {
  ...{ gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress },
  zstd: createZstdDecompress,
};
const withoutBody = new Set([204, 205, 304]);

/** Uses undici's own `request`, since `fetch` takes three times the processor time, half of all that a reply costs. */
async function post(
  url: string,
  { method = 'POST', headers, signal }: RequestInit,
  body: string | Uint8Array,
): Promise<Response> {
  const answer = await request(url, {
    ...{ method: method as 'POST', body, dispatcher: following, signal: signal ?? null }, // a method of HTTP in both
    headers: plainHeaders(headers),
  }).catch((error: unknown) => {
    if (error instanceof Error && /redirect loop/i.test(error.message)) return null;
    throw error;
  });
  if (answer === null) return new Response('a circle of redirects', { status: 310, headers: { [redirectedTo]: url } });
  const given: Record<string, string> = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
  );
  const moved = lastAddress(answer);
  if (moved !== null) given[redirectedTo] = moved;
  const decode = decoders[given['content-encoding']?.toLowerCase() ?? ''];
  // Streamed replies are read as they come, all others at once.
  const content = given['content-type']?.toLowerCase().startsWith(eventStream)
    ? streamOf(answer.body, decode)
    : new TextDecoder().decode(await bytesOf(answer.body, decode));
  // Some servers stream under the name of another type.
  if (typeof content === 'string' && /^\s*(?:data|event|id|retry)?:/.test(content)) given['content-type'] = eventStream;
  const init = { status: answer.statusCode, statusText: answer.statusText, headers: given };
  return new Response(withoutBody.has(answer.statusCode) ? null : content, init);
}

/** Null where the answer is of the address that was asked. */
function lastAddress({ context }: Dispatcher.ResponseData): string | null {
  const { history = [] } = context as { history?: URL[] }; // as undici's redirects leave it
  const last = history.length > 1 ? history.at(-1) : undefined;
  return last ? `${last.origin}${last.pathname}` : null;
}

function streamOf(body: Readable, decode: (() => Duplex) | undefined): ReadableStream {
  const pieces = watchPieces(body);
  const bytes: Readable = decode ? pipeline(pieces, decode(), () => {}) : pieces; // an error reaches the reader
  return Readable.toWeb(bytes) as ReadableStream; // the web's, in Node
}

/** As they came where the header that calls them packed is wrong. */
async function bytesOf(body: Readable, decode: (() => Duplex) | undefined): Promise<Buffer> {
  const bytes = await readPieces(body);
  if (decode === undefined) return bytes;
  return buffer(Readable.from([bytes]).pipe(decode())).catch(() => bytes);
}
