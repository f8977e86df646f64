/** Requests to an endpoint, and answers as they come: packed, redirected, in pieces, slowly. */
import { type Duplex, pipeline, Readable } from 'node:stream';
import { arrayBuffer } from 'node:stream/consumers';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import { type Dispatcher, EnvHttpProxyAgent, interceptors, request } from 'undici';
import { exemptHosts } from '../../platform/proxy.ts';
import { keyHeaderNames } from './key-headers.ts';
import { readPieces, replySilenceMs, watchPieces } from './moving.ts';

interface Homed {
  /** The origin that was asked first, the only one that gets keys. */
  home?: string;
}
/** Undici keeps from another host only the headers that HTTP knows. */
const keepingKeys: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const { home } = options as Homed; // undici passes on what it does not know
  if (home === undefined || String(options.origin) === home) return dispatch(options, handler);
  const headers = options.headers as string[]; // of a redirected request: names and values in turn
  const open = headers.filter((_, i) => !keyHeaderNames.has(headers[i - (i % 2)]?.toLowerCase() ?? ''));
  return dispatch({ ...options, headers: open }, handler);
};

let opened: Dispatcher | undefined;
/** Made when it is first used: by then the addresses of proxies were looked at (platform/proxy.ts). */
function following(): Dispatcher {
  // Node's own limits of five minutes for a reply's begin and between its pieces would end what
  // DERMFLOW_LLM_TIMEOUT allows.
  opened ??= new EnvHttpProxyAgent({ headersTimeout: 0, bodyTimeout: 0, noProxy: exemptHosts() }).compose(
    keepingKeys,
    interceptors.redirect({ maxRedirections: 5 }),
  );
  return opened;
}

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

/** Of bytes that end too early, all that can be unpacked. */
const asFarAsItGoes = { finishFlush: constants.Z_SYNC_FLUSH };
/** For servers that compress what nobody asked them to; a reply that was cut off was paid for. */
const decoders: Record<string, (begin: number, isReply: boolean) => Duplex> = {
  gzip: (_, isReply) => createGunzip(isReply ? asFarAsItGoes : {}),
  'x-gzip': (_, isReply) => createGunzip(isReply ? asFarAsItGoes : {}),
  br: (_, isReply) => createBrotliDecompress(isReply ? { finishFlush: constants.BROTLI_OPERATION_FLUSH } : {}),
  zstd: (_, isReply) => createZstdDecompress(isReply ? { finishFlush: constants.ZSTD_e_flush } : {}),
  // Some servers send it without its header, whose first half byte is an 8.
  deflate: (begin, isReply) => ((begin & 0x0f) === 8 ? createInflate : createInflateRaw)(isReply ? asFarAsItGoes : {}),
};
const withoutBody = new Set([204, 205, 304]);
/** What a response of the web takes. */
const lastStatus = 599;
const inLatin1 = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * `fetch` with these limits, for any request to an endpoint. Uses undici's own `request`, since `fetch` takes three times
 * the processor time, half of all that a reply costs.
 */
export const patientFetch: typeof fetch = async (input, init = {}) => {
  const url = String(input instanceof Request ? input.url : input);
  const { body, headers } = await asSent(init);
  const method = init.method ?? (body === null ? 'GET' : 'POST');
  const answer = await request(url, {
    ...({ home: new URL(url).origin } satisfies Homed),
    ...{ method: method as 'POST', body, headers, dispatcher: following(), signal: init.signal ?? null }, // HTTP's in both
  }).catch((error: unknown) => {
    if (error instanceof Error && /redirect loop/i.test(error.message)) return null;
    throw error;
  });
  if (answer === null) return new Response('a circle of redirects', { status: 310, headers: { [redirectedTo]: url } });
  const given: Record<string, string> = Object.fromEntries(
    Object.entries(answer.headers).flatMap(([name, value]) =>
      inLatin1.test(String(value)) ? [[name, String(value)]] : [],
    ),
  );
  const moved = lastAddress(answer);
  if (moved !== null) given[redirectedTo] = moved;
  const packing = (given['content-encoding'] ?? '').toLowerCase().split(/[\s,]+/);
  // Streamed replies are read as they come, all others at once; as bytes, for the results of a batch may be longer than V8's
  // longest string, 512 MiB.
  const content = given['content-type']?.toLowerCase().startsWith(eventStream)
    ? await streamOf(answer.body, packing)
    : await bytesOf(answer.body, packing, method === 'POST');
  // Some servers stream under the name of another type.
  if (content instanceof Uint8Array && beginOfStream.test(new TextDecoder().decode(content.subarray(0, headBytes))))
    given['content-type'] = eventStream;
  const status = Math.min(answer.statusCode, lastStatus);
  return new Response(withoutBody.has(status) ? null : content, { status, headers: given });
};

async function asSent({ body = null, headers }: RequestInit): Promise<{
  body: string | Uint8Array | null;
  headers: Record<string, string>;
}> {
  const given = plainHeaders(headers);
  if (body === null || typeof body === 'string' || body instanceof Uint8Array) return { body, headers: given };
  const form = new Response(body);
  const type = form.headers.get('content-type');
  return { body: await form.bytes(), headers: { ...(type === null ? {} : { 'content-type': type }), ...given } };
}

/** Null where the answer is of the address that was asked. */
function lastAddress({ context }: Dispatcher.ResponseData): string | null {
  const { history = [] } = context as { history?: URL[] }; // as undici's redirects leave it
  const last = history.length > 1 ? history.at(-1) : undefined;
  return last ? `${last.origin}${last.pathname}` : null;
}

/** How an event stream begins; nothing that is packed does. */
const beginOfStream = /^\s*(?:data|event|id|retry)?:/;
const headBytes = 64 * 1024;

/** @param packing names of encodings, the last one outermost */
async function streamOf(body: Readable, packing: readonly string[]): Promise<ReadableStream> {
  const pieces = watchPieces(body);
  if (!packing.some((name) => Object.hasOwn(decoders, name))) return webOf(pieces);
  const rest: AsyncIterator<Buffer> = pieces[Symbol.asyncIterator]();
  const first = await rest.next();
  const all = Readable.from(withFirst(first, rest), { objectMode: false });
  if (first.done || beginOfStream.test(first.value.toString())) return webOf(all);
  const unpack = (packed: Readable, name: string): Readable => {
    const decode = decoders[name];
    return decode ? pipeline(packed, decode(first.value[0] ?? 0, true), () => {}) : packed; // an error reaches the reader
  };
  return webOf(packing.toReversed().reduce(unpack, all));
}

const webOf = (stream: Readable): ReadableStream => Readable.toWeb(stream) as ReadableStream; // the web's, in Node

async function* withFirst<T>(first: IteratorResult<T>, rest: AsyncIterator<T>): AsyncGenerator<T> {
  for (let next = first; !next.done; next = await rest.next()) yield next.value;
}

/**
 * As they came where the header that calls them packed is wrong, and unpacked where there is none and they are.
 *
 * @param isReply one object; files of results have several
 */
async function bytesOf(body: Readable, packing: readonly string[], isReply: boolean): Promise<Buffer<ArrayBuffer>> {
  let bytes = await readPieces(body, replySilenceMs, isReply ? holdsObject : undefined);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const known = packing.filter((name) => Object.hasOwn(decoders, name)).toReversed();
  for (const name of known.length === 0 && isGzip ? ['gzip'] : known) {
    const decode = decoders[name];
    const unpacked = decode && Readable.from([bytes]).pipe(decode(bytes[0] ?? 0, isReply));
    if (unpacked) bytes = await arrayBuffer(unpacked).then(Buffer.from, () => bytes);
  }
  return bytes;
}

/** A reply is whole then, and was paid for, although the connection ended as if more were to come. */
function holdsObject(bytes: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
