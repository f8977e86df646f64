/**
 * What a store's refusal means for those who wait for it: the one table. Refusals are known by S3's code first, because
 * servers give one code different statuses (an expired token is 400 at AWS, 403 elsewhere), then by their status.
 *
 * - `away`: the store does not answer or has no time; it comes back by itself. Waited for.
 * - `mendable`: people must do something beside the run (credentials, clock, quota, bucket). Waited for, and reported.
 * - `again`: two writers met, or bytes were lost on the way; the same request succeeds at once or a moment later.
 * - `final`: the same request can never succeed at this store as it is set up. Not waited for.
 */
export type Refusal = 'away' | 'mendable' | 'again' | 'final';

export interface RefusalMeaning {
  refusal: Refusal;
  remedy: string;
}

export const credentials: RefusalMeaning = {
  refusal: 'mendable',
  remedy: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or renew what the credentials come from',
};
const permission: RefusalMeaning = {
  refusal: 'mendable',
  remedy:
    'allow these credentials to list, read, write and delete in the bucket, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
};
const clock: RefusalMeaning = { refusal: 'mendable', remedy: "set this machine's clock right, e.g. by NTP" };
const room: RefusalMeaning = { refusal: 'mendable', remedy: 'free space in the store or raise its quota' };
const busy: RefusalMeaning = { refusal: 'away', remedy: 'it has too much to do; nothing need be done' };
const conflict: RefusalMeaning = {
  refusal: 'again',
  remedy: 'another writer is at the same object; nothing need be done',
};
const garbled: RefusalMeaning = {
  refusal: 'again',
  remedy: 'bytes were lost on the way; look at the network or proxy',
};
export const region: RefusalMeaning = { refusal: 'final', remedy: "set DERMFLOW_S3_REGION to the bucket's region" };
const virtualHost: RefusalMeaning = {
  refusal: 'final',
  remedy: 'set DERMFLOW_S3_ADDRESSING=virtual, since this server wants the bucket in the host name',
};
export const checksums: RefusalMeaning = {
  refusal: 'final',
  remedy: 'set AWS_REQUEST_CHECKSUM_CALCULATION=when_required: this server knows no checksums of requests',
};
export const conditions: RefusalMeaning = {
  refusal: 'final',
  remedy:
    'this server cannot write conditionally (If-None-Match), which Dermflow needs; use another one (DERMFLOW_S3_ENDPOINT)',
};
export const lacking: RefusalMeaning = {
  refusal: 'final',
  remedy: 'this server lacks a part of S3 that Dermflow needs; use another one (DERMFLOW_S3_ENDPOINT)',
};
const limit: RefusalMeaning = {
  refusal: 'final',
  remedy: "raise the server's or proxy's limit on the size of a request",
};
const request: RefusalMeaning = {
  refusal: 'final',
  remedy: 'the server does not accept this request from Dermflow; its log says why',
};
export const between: RefusalMeaning = {
  refusal: 'away',
  remedy:
    'something between here and the store answers in its place, or alters what passes; look at DERMFLOW_S3_ENDPOINT and at proxies (HTTPS_PROXY, NO_PROXY)',
};
const broken: RefusalMeaning = { refusal: 'away', remedy: 'its log says why, a full disk most often' };

export const byCode: Record<string, RefusalMeaning> = {
  // Credentials that ended or are wrong: people renew them, and the same upload is then accepted.
  ExpiredToken: credentials,
  ExpiredTokenException: credentials,
  TokenRefreshRequired: credentials,
  InvalidToken: credentials,
  InvalidAccessKeyId: credentials,
  // versitygw's, with status 404.
  XAdminUserNotFound: credentials,
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
  // A worker must be restarted with other settings: waiting would never end.
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
export function byStatus(status: number): RefusalMeaning {
  if (status === 401) return credentials;
  if (status === 403) return permission;
  if (status === 402 || status === 507) return room;
  if (status === 408 || status === 425 || status === 429) return busy;
  if (status === 409) return conflict;
  if (status === 413) return limit;
  if (status === 405 || status === 501 || status === 505) return lacking;
  if (status >= 500) return broken;
  if (status >= 300 && status < 400) return region;
  // No other 4xx stands for anything that time or people beside the run could change.
  if (status >= 400) return request;
  // An answer that is no S3 answer at all: a proxy's page, half a document.
  return broken;
}

export const unreachable: RefusalMeaning = { refusal: 'away', remedy: 'start it or set DERMFLOW_S3_ENDPOINT' };
export const certificate: RefusalMeaning = {
  refusal: 'mendable',
  remedy: 'renew its certificate, or set NODE_EXTRA_CA_CERTS',
};
