/** Errors of the SDK and the network as refusals, in a line that names the store, its words and the remedy. */
import { S3ServiceException } from '@aws-sdk/client-s3';
import { DermflowError, failureTypes } from '../../domain/failures.ts';
import {
  between,
  byCode,
  byStatus,
  certificate,
  checksums,
  conditions,
  credentials,
  lacking,
  type Refusal,
  type RefusalMeaning,
  region,
  unreachable,
} from './meanings.ts';
import { headersOf, httpStatusOf, isPageError } from './response.ts';

/** An answer that cannot be the store's own. */
export class Garbled extends Error {}

/** A store that did not do what it was asked, classified; its message names the store, its words and the remedy. */
export class StoreRefusal extends DermflowError {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, message: string, cause: unknown) {
    // What is waited for is `Unavailable`, in a run as beside a trainer; the rest needs another recipe or environment.
    super(refusal === 'final' ? failureTypes.userMistake : failureTypes.unavailable, message, { cause });
    this.refusal = refusal;
  }
}

/**
 * The refusal that this error is, null where it is none: a defect, or the disk of this machine.
 *
 * @param route words on how requests go there, e.g. through a proxy
 */
export function refusalOf(error: unknown, where: string, route = ''): StoreRefusal | null {
  if (error instanceof DermflowError || !(error instanceof Error)) return null;
  const status = httpStatusOf(error);
  if (error instanceof S3ServiceException || status !== null) {
    const { refusal, remedy } = meaningOf(error, status ?? 0);
    const what = isPageError(error) ? 'a web page' : `${error.name}${wordsOf(error)}`;
    return new StoreRefusal(refusal, `${where} answered ${status ?? 'unreadably'} (${what}); ${remedy}`, error);
  }
  if (/Credentials|TokenProvider/.test(error.name)) {
    const { refusal, remedy } = credentials;
    return new StoreRefusal(refusal, `${where}: no credentials (${inOneLine(error.message)}); ${remedy}`, error);
  }
  if (error instanceof Garbled) {
    const { refusal, remedy } = between;
    return new StoreRefusal(
      refusal,
      `${where}: ${inOneLine(error.message)}${because(error)}${route}; ${remedy}`,
      error,
    );
  }
  const network = ofNetwork(error);
  if (!network) return null;
  const reason = network === certificate ? ` (${inOneLine(error.message)})` : '';
  return new StoreRefusal(network.refusal, `${where} cannot be reached${reason}${route}; ${network.remedy}`, error);
}

const because = ({ cause }: Error): string => (cause instanceof Error ? ` (${inOneLine(cause.message)})` : '');

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, 300);

/** The server's own words, where it has some beyond its code. */
function wordsOf({ name, message }: Error): string {
  const words = inOneLine(message);
  return words === '' || words === name || words === 'UnknownError' ? '' : `, "${words}"`;
}

function meaningOf(error: Error, status: number): RefusalMeaning {
  const meaning = byCode[error.name] ?? byStatus(status);
  if (meaning === lacking && /checksum/i.test(error.message)) return checksums;
  if (meaning === lacking && /if-none-match|conditional/i.test(error.message)) return conditions;
  if (meaning === region) return redirected(error);
  // A gateway's page of 413 or 5xx says what its status says; of the others the store knows nothing.
  const byGateway = isPageError(error) && status !== 413 && status < 500;
  return byGateway ? { ...between, refusal: status >= 400 ? 'mendable' : 'away' } : meaning;
}

/** Servers give the bucket's region in a header, in the error, or by the host that they point to. */
function redirected(error: Error): RefusalMeaning {
  const { 'x-amz-bucket-region': header, location } = headersOf(error);
  const { Region, Endpoint } = error as { Region?: unknown; Endpoint?: unknown }; // as the SDK adds what the error holds
  const target = location ?? (typeof Endpoint === 'string' ? `https://${Endpoint}` : undefined);
  const host = target === undefined ? null : URL.parse(target);
  const there =
    header ?? (typeof Region === 'string' ? Region : /\bs3[.-]([a-z]{2}-[a-z-]+-\d)\./.exec(host?.host ?? '')?.[1]);
  if (there !== undefined) return { ...region, remedy: `set DERMFLOW_S3_REGION=${there}` };
  if (!host) return region;
  return {
    ...region,
    remedy: `it points to ${host.origin}; set DERMFLOW_S3_ENDPOINT to the address that answers itself`,
  };
}

const networkErrors = [
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE', 'EPROTO'],
  ...['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'ERR_STREAM_PREMATURE_CLOSE'],
];

function* causesOf(error: unknown, depth = 0): Generator<Error> {
  if (!(error instanceof Error) || depth > 8) return;
  yield error;
  if (error instanceof AggregateError) for (const inner of error.errors) yield* causesOf(inner, depth + 1);
  yield* causesOf(error.cause, depth + 1);
}

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '');

function ofNetwork(error: unknown): RefusalMeaning | null {
  for (const cause of causesOf(error)) {
    const code = codeOf(cause);
    if (/^(CERT_|ERR_TLS_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/.test(code)) return certificate;
    const cutOff = networkErrors.includes(code) || code.startsWith('HPE_');
    if (cutOff || cause.name === 'TimeoutError') return unreachable;
  }
  return null;
}
