/** What an endpoint says of a failure, wherever that stands in its body: one line, without secrets. */
import { APICallError, InvalidResponseDataError } from '@ai-sdk/provider';
import { jsonOrNull } from '../../domain/rows/json-text.ts';
import { rootCause, untrusted } from './identity.ts';
import { redirectedTo } from './transport.ts';

const longest = 300;

/** Status and words of anything that a request may throw; status null where there was no answer. */
export interface Said {
  status: number | null;
  /** Codes and text, for reading by programs. */
  all: string;
  /** The sentence for people. */
  sentence: string;
  headers: Record<string, string>;
  /** A web page: of a proxy, a gateway or a portal, not of the endpoint's own protocol. */
  isPage: boolean;
  /** The address that answered, or that is pointed to, where that is not the one that was asked. */
  movedTo: string | null;
}

/** One line, whatever the text held. */
export const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets
    .reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
    .replaceAll(/[\s\p{Cc}\uFFFD]+/gu, ' ')
    .trim();

/** @param most characters of the sentence */
export function listen(error: unknown, secrets: readonly string[], most = longest): Said {
  const clean = (text: string): string => withoutSecrets(text, secrets);
  const brief = (text: string): string => (text.length > most ? `${text.slice(0, most)}…` : text);
  const call = APICallError.isInstance(error) ? error : null;
  const data = InvalidResponseDataError.isInstance(error) ? JSON.stringify(error.data) : undefined;
  const raw = data ?? call?.responseBody ?? textOf(error);
  const body = jsonOrNull(raw);
  const sentence = sentenceOf(body);
  const status = isOfNetwork(error) ? null : (statusIn(body) ?? (call ? (call.statusCode ?? null) : 200));
  const headers = call?.responseHeaders ?? {};
  const isPage = /^\s*(?:<!doctype html|<html)/i.test(raw);
  const said = { status, headers, isPage, movedTo: movedTo(headers, call?.statusCode, secrets) };
  if (sentence !== null) return { ...said, all: clean(raw), sentence: brief(clean(sentence)) };
  const plain = brief(clean(raw.replaceAll(/<(style|script)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ')));
  const noReply = status !== null && ((call?.statusCode ?? 500) < 300 || InvalidResponseDataError.isInstance(error));
  return noReply
    ? { ...said, all: '', sentence: `the answer is not a chat completion: ${plain}` }
    : { ...said, all: plain, sentence: status === null ? '' : plain };
}

/** Without query and fragment, which may hold secrets. */
function movedTo(headers: Record<string, string>, status: number | undefined, secrets: readonly string[]) {
  const location = status !== undefined && status >= 300 && status < 400 ? headers.location : undefined;
  const target = headers[redirectedTo] ?? location?.replace(/[?#].*$/, '');
  return target === undefined ? null : withoutSecrets(target, secrets);
}

/** More than a day is no answer to how long. */
const longestMs = 24 * 3_600_000;
/** From here on a number of seconds is a time since 1970. */
const sinceEpoch = 1e9;
const withZone = /(?:[A-Z]{1,4}|[+-]\d{2}:?\d{2})\s*$/i;

/**
 * How long an endpoint asks not to be called, in milliseconds; null where it does not say. A date is read by the server's
 * own clock where it sends that: clocks differ.
 */
export function retryAfterMs({ headers }: Pick<Said, 'headers'>): number | null {
  const exact = Number(headers['retry-after-ms'] ?? 'none');
  if (exact > 0) return Math.min(exact, longestMs);
  const after = headers['retry-after'];
  if (after === undefined) return null;
  const seconds = Number(/^\s*([\d.]+)\s*s?\s*$/.exec(after)?.[1] ?? 'none');
  const there = Date.parse(headers.date ?? '');
  const now = Number.isNaN(there) ? Date.now() : there;
  // Only whole dates: `Date.parse` makes one of nearly anything. Those without a zone are of C, in GMT.
  const until = /\d{4}/.test(after) ? Date.parse(withZone.test(after) ? after : `${after} GMT`) : Number.NaN;
  const from = seconds >= sinceEpoch ? 1_000 * seconds : until;
  const ms = seconds < sinceEpoch ? 1_000 * seconds : from - now;
  // "At once" is no reason to ask again without a pause.
  return ms > 0 ? Math.min(ms, longestMs) : null;
}

/** Also what is not HTTP, as of a port that speaks TLS, or of something in between that is starting. */
function isOfNetwork(error: unknown): boolean {
  const cause = rootCause(error);
  return (
    untrusted.test(cause) ||
    /^(?:E[A-Z_]+|UND_ERR\w*|Response does not match the HTTP.*|terminated|fetch failed|other side closed)$/.test(cause)
  );
}

const textOf = (error: unknown): string => {
  if (typeof error === 'string') return error;
  if (error instanceof Error) return error.message;
  return JSON.stringify(error) ?? String(error);
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** OpenAI's `error.message`, FastAPI's `detail`, Baidu's `error_msg`, AWS's `Message`, and what they nest in them. */
const places = [
  ...['error', 'message', 'detail', 'msg', 'error_msg', 'error_message', 'Message', 'errors'],
  // MiniMax's, Tencent's, OAuth's, Java's, problem details (RFC 9457).
  ...['base_resp', 'status_msg', 'Response', 'Error', 'error_description', 'errorMessage', 'title', 'reason'],
];

function sentenceOf(body: unknown): string | null {
  if (typeof body === 'string') return body;
  if (Array.isArray(body)) return body.map(sentenceOf).find((found) => found !== null) ?? null;
  if (!isObject(body)) return null;
  for (const name of places) {
    const found = name in body ? sentenceOf(body[name]) : null;
    if (found !== null && found.trim() !== '') return found;
  }
  return null;
}

/** An error object may have a status that its response has not, e.g. inside a 200. */
function statusIn(body: unknown): number | null {
  if (!isObject(body)) return null;
  const inside = isObject(body.error) ? body.error : body;
  for (const name of ['status', 'code', 'status_code', 'error_code', 'http_status']) {
    const status = Number(inside[name]);
    if (Number.isInteger(status) && status >= 400 && status <= 599) return status;
  }
  return null;
}
