/**
 * What a store's refusal means for whoever waits for it: the one table. Errors are known by S3's code first, because
 * servers give one code different statuses (an expired token is 400 at AWS, 403 elsewhere), then by their status.
 *
 * - `away`: the store does not answer or has no time; it comes back by itself. Waited for.
 * - `mendable`: people must do something beside the run (credentials, clock, quota, bucket). Waited for, and told.
 * - `again`: two writers met, or bytes were lost on the way; the same request succeeds at once or a moment later.
 * - `final`: the same request can never succeed at this store as it is set up. Not waited for.
 */
import { S3ServiceException } from '@aws-sdk/client-s3';
import { DermflowError, failureTypes } from '../../domain/failures.ts';

export type Refusal = 'away' | 'mendable' | 'again' | 'final';

interface Meaning {
  refusal: Refusal;
  remedy: string;
}

const credentials: Meaning = {
  refusal: 'mendable',
  remedy: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or renew what the credentials come from',
};
const permission: Meaning = {
  refusal: 'mendable',
  remedy:
    'allow these credentials to list, read, write and delete in the bucket, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
};
const clock: Meaning = { refusal: 'mendable', remedy: "set this machine's clock right, e.g. by NTP" };
const room: Meaning = { refusal: 'mendable', remedy: 'free space in the store or raise its quota' };
const busy: Meaning = { refusal: 'away', remedy: 'it has too much to do; nothing need be done' };
const conflict: Meaning = { refusal: 'again', remedy: 'another writer is at the same object; nothing need be done' };
const garbled: Meaning = { refusal: 'again', remedy: 'bytes were lost on the way; look at the network or proxy' };
const region: Meaning = { refusal: 'final', remedy: "set DERMFLOW_S3_REGION to the bucket's region" };
const virtualHost: Meaning = {
  refusal: 'final',
  remedy: 'set DERMFLOW_S3_ADDRESSING=virtual, since this server wants the bucket in the host name',
};
const checksums: Meaning = {
  refusal: 'final',
  remedy: 'set AWS_REQUEST_CHECKSUM_CALCULATION=when_required: this server knows no checksums of requests',
};
const conditions: Meaning = {
  refusal: 'final',
  remedy:
    'this server cannot write conditionally (If-None-Match), which Dermflow needs; use another one (DERMFLOW_S3_ENDPOINT)',
};
const lacking: Meaning = {
  refusal: 'final',
  remedy: 'this server lacks a part of S3 that Dermflow needs; use another one (DERMFLOW_S3_ENDPOINT)',
};
const limit: Meaning = { refusal: 'final', remedy: "raise the server's or proxy's limit on the size of a request" };
const request: Meaning = {
  refusal: 'final',
  remedy: 'the server does not accept this request from Dermflow; its log says why',
};
const broken: Meaning = { refusal: 'away', remedy: 'its log says why, a full disk most often' };

const byCode: Record<string, Meaning> = {
  // Credentials that ended or are wrong: people renew them, and the same upload is then accepted.
  ExpiredToken: credentials,
  ExpiredTokenException: credentials,
  TokenRefreshRequired: credentials,
  InvalidToken: credentials,
  InvalidAccessKeyId: credentials,
  InvalidClientTokenId: credentials,
  SignatureDoesNotMatch: credentials,
  MissingSecurityHeader: credentials,
  AccessDenied: permission,
  AllAccessDisabled: permission,
  AccountProblem: { refusal: 'mendable', remedy: "mend the account with the store's provider" },
  // An account in arrears, a key that the store cannot use to encrypt.
  'KMS.DisabledException': permission,
  'KMS.NotFoundException': permission,
  RequestTimeTooSkewed: clock,
  RequestExpired: clock,
  QuotaExceeded: room,
  QuotaExceededException: room,
  ServiceQuotaExceededException: room,
  InsufficientStorage: room,
  InsufficientCapacity: room,
  XMinioStorageFull: room,
  XMinioAdminBucketQuotaExceeded: room,
  // A bucket that was removed or renamed can be put back; nothing is wrong with the request.
  NoSuchBucket: { refusal: 'mendable', remedy: 'create the bucket again, or set DERMFLOW_S3_BUCKET' },
  SlowDown: busy,
  Throttling: busy,
  ThrottlingException: busy,
  TooManyRequests: busy,
  TooManyRequestsException: busy,
  RequestLimitExceeded: busy,
  BandwidthLimitExceeded: busy,
  ServiceUnavailable: broken,
  InternalError: broken,
  // Status 400, but a connection that was too slow.
  RequestTimeout: busy,
  ConditionalRequestConflict: conflict,
  OperationAborted: conflict,
  // An upload in parts that somebody else ended or a lifecycle rule removed; the next try begins another one.
  NoSuchUpload: conflict,
  InvalidPart: conflict,
  InvalidPartOrder: conflict,
  BadDigest: garbled,
  InvalidDigest: garbled,
  IncompleteBody: garbled,
  XAmzContentSHA256Mismatch: garbled,
  XAmzContentChecksumMismatch: garbled,
  // A worker must be started anew with other settings: waiting would never end.
  PermanentRedirect: region,
  AuthorizationHeaderMalformed: region,
  IllegalLocationConstraintException: region,
  // A server that takes `bucket.host` alone: OSS, COS.
  SecondLevelDomainForbidden: virtualHost,
  PathStyleDomainForbidden: virtualHost,
  InvalidBucketName: { refusal: 'final', remedy: 'set DERMFLOW_S3_BUCKET to a valid name' },
  EntityTooLarge: limit,
  MaxMessageLengthExceeded: limit,
  NotImplemented: lacking,
  MethodNotAllowed: lacking,
};

/** Where the code says nothing: servers and proxies that are not S3's own answer with a status alone. */
function byStatus(status: number): Meaning {
  if (status === 401) return credentials;
  if (status === 403) return permission;
  if (status === 402 || status === 507) return room;
  if (status === 408 || status === 425 || status === 429) return busy;
  if (status === 409) return conflict;
  if (status === 413) return limit;
  if (status === 405 || status === 501 || status === 505) return lacking;
  if (status >= 500) return broken;
  if (status >= 300 && status < 400) return region;
  // No other 4xx tells of anything that time or people beside the run could change.
  if (status >= 400) return request;
  // An answer that is no S3 answer at all: a proxy's page, half a document.
  return broken;
}

const unreachable: Meaning = { refusal: 'away', remedy: 'start it or set DERMFLOW_S3_ENDPOINT' };
const certificate: Meaning = { refusal: 'mendable', remedy: 'renew its certificate, or set NODE_EXTRA_CA_CERTS' };

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

function ofNetwork(error: unknown): Meaning | null {
  for (const cause of causesOf(error)) {
    const code = codeOf(cause);
    if (/^(CERT_|ERR_TLS_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/.test(code)) return certificate;
    const cutOff = networkErrors.includes(code) || code.startsWith('HPE_');
    if (cutOff || cause.name === 'TimeoutError') return unreachable;
  }
  return null;
}

/** Status of an answer that the SDK could not read as S3's. */
function statusOf(error: Error): number | null {
  const { $metadata, $response } = error as { $metadata?: Record<string, unknown>; $response?: unknown }; // as the SDK adds them
  const response = typeof $response === 'object' && $response !== null ? $response : {};
  const status = $metadata?.httpStatusCode ?? ('statusCode' in response ? response.statusCode : undefined);
  return typeof status === 'number' ? status : null;
}

/** A store that did not do what it was asked, classified; its message names the store, its words and the remedy. */
export class StoreRefusal extends DermflowError {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, message: string, cause: unknown) {
    // What is waited for is `Unavailable`, in a run as beside a trainer; the rest needs another recipe or environment.
    super(refusal === 'final' ? failureTypes.userMistake : failureTypes.unavailable, message, { cause });
    this.refusal = refusal;
  }
}

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, 300);

function meaningOf(error: Error, status: number): Meaning {
  const meaning = byCode[error.name] ?? byStatus(status);
  if (meaning === lacking && /checksum/i.test(error.message)) return checksums;
  if (meaning === lacking && /if-none-match|conditional/i.test(error.message)) return conditions;
  const there = regionOf(error);
  return meaning === region && there !== null ? { ...region, remedy: `set DERMFLOW_S3_REGION=${there}` } : meaning;
}

/** The bucket's region, which servers tell beside the refusal. */
function regionOf(error: Error): string | null {
  const { $response } = error as { $response?: { headers?: Record<string, string> } }; // as the SDK adds it
  return $response?.headers?.['x-amz-bucket-region'] ?? null;
}

/** The server's own words, where it has some beyond its code. */
function wordsOf({ name, message }: Error): string {
  const words = inOneLine(message);
  return words === '' || words === name || words === 'UnknownError' ? '' : `, "${words}"`;
}

/**
 * The refusal that this error is, null where it is none: a defect, or the disk of this machine.
 *
 * @param route words on how requests go there, e.g. through a proxy
 */
export function refusalOf(error: unknown, where: string, route = ''): StoreRefusal | null {
  if (error instanceof DermflowError || !(error instanceof Error)) return null;
  const status = statusOf(error);
  if (error instanceof S3ServiceException || status !== null) {
    const { refusal, remedy } = meaningOf(error, status ?? 0);
    const answer = `${where} answered ${status ?? 'unreadably'} (${error.name}${wordsOf(error)})`;
    return new StoreRefusal(refusal, `${answer}; ${remedy}`, error);
  }
  if (/Credentials|TokenProvider/.test(error.name)) {
    return new StoreRefusal(
      credentials.refusal,
      `${where}: no credentials (${inOneLine(error.message)}); ${credentials.remedy}`,
      error,
    );
  }
  const network = ofNetwork(error);
  if (!network) return null;
  const reason = network === certificate ? ` (${inOneLine(error.message)})` : '';
  return new StoreRefusal(network.refusal, `${where} cannot be reached${reason}${route}; ${network.remedy}`, error);
}
