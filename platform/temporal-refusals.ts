/** Why Temporal, or the TLS in front of it, refuses a connection: one line with its words and the remedy. */
import { isGrpcServiceError, isRetryableError } from '@temporalio/client';
import { type DermflowError, unavailable, userMistake } from '../domain/failures.ts';
import { grpcStatus, isGrpcStatus } from './grpc.ts';
import { proxyWords } from './proxy.ts';

interface Refusal {
  /** Matches the words of OpenSSL, gRPC or the server. */
  words: RegExp;
  what: string;
  remedy: string;
  /** Only the server's operators can mend it. */
  theirs?: boolean;
}

const client = 'TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH';

/** The first that fits. An `alert` is what the server says of us; the rest is what we say of the server or of a file. */
const refusals: readonly Refusal[] = [
  {
    words: /alert (certificate )?expired|alert certificate (revoked|expired)/i,
    what: 'does not take the client certificate any more',
    remedy: `renew the files of ${client}`,
  },
  {
    words: /alert (unknown ca|certificate unknown|bad certificate|decrypt error|access denied)/i,
    what: 'does not trust the client certificate',
    remedy: `set ${client} to files that its operators signed`,
  },
  {
    words: /without a word/,
    what: 'does not take the connection',
    remedy: `where it asks for a client certificate, set ${client} to files that its operators signed`,
  },
  {
    words: /alert (certificate required|handshake failure|number 116)|SSL alert number (116|40)\b/i,
    what: 'asks for a client certificate',
    remedy: `set ${client}`,
  },
  {
    words: /certificate has expired|certificate is not yet valid/i,
    what: 'shows a certificate that is not valid now',
    remedy: 'its operators renew it; check the clock of this machine',
    theirs: true,
  },
  {
    words:
      /self[- ]signed|unable to (verify|get (local )?issuer)|certificate signature failure|unsuitable certificate/i,
    what: 'shows a certificate that no known authority signed',
    remedy: "set TEMPORAL_TLS_SERVER_CA_CERT_PATH to the authority's certificate",
  },
  {
    words: /altnames|hostname mismatch|does not match certificate/i,
    what: 'shows a certificate for another name',
    remedy: 'set TEMPORAL_TLS_SERVER_NAME to the name in the certificate',
  },
  {
    words:
      /key values mismatch|no start line|bad end line|bad base64|wrong tag|asn1|PEM|DECODER|bad decrypt|password read/i,
    what: 'was not asked: certificate and key do not go together',
    remedy: `check ${client}: PEM files of one pair, the key without a password`,
  },
  {
    words: /wrong version number|packet length too long|record layer|http request|unknown protocol/i,
    what: 'speaks no TLS',
    remedy: 'set TEMPORAL_TLS=false, and no API key or certificates',
  },
  {
    words: /unauthenticated|unauthorized|permission denied/i,
    what: 'does not let us in',
    remedy: 'set TEMPORAL_API_KEY to a key for this namespace, or to none',
  },
];

/** What gRPC ended a request with, within the SDK's own error or as it is. */
const grpcStatusOf = (error: unknown) =>
  [error, error instanceof Error ? error.cause : null].find((each) => isGrpcServiceError(each));

/** Words of a failed request, on one line. */
function grpcWordsOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const words = (grpcStatusOf(error)?.details ?? message).replace(/\s+/g, ' ').trim();
  return words.replace(/^No connection established\. Last error: /, '').replace(/[. ]*Resolution note:.*$/, '');
}

const refusalOf = (error: unknown): Refusal | undefined => {
  const words = isGrpcStatus(error, grpcStatus.UNAUTHENTICATED, grpcStatus.PERMISSION_DENIED)
    ? 'unauthenticated'
    : grpcWordsOf(error);
  return refusals.find((refusal) => refusal.words.test(words));
};

/** Nothing answers, not yet, or not as it should; another request may. */
export function isMerelyAway(error: unknown): boolean {
  const status = grpcStatusOf(error);
  const again =
    status !== undefined && (isRetryableError(status) || isGrpcStatus(status, grpcStatus.DEADLINE_EXCEEDED));
  return again && refusalOf(error) === undefined;
}

/** What says that nobody listens there, or that there is no such place. */
const nobodyThere = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|resolution/i;

/** @param asked whom, and whether by TLS */
export function explainRefusal(
  error: unknown,
  { address, tls }: { address?: string | undefined; tls?: unknown },
): DermflowError {
  const asked = address ?? 'localhost:7233';
  const words = grpcWordsOf(error);
  const refusal = refusalOf(error);
  if (refusal) {
    const line = `Temporal at ${asked} ${refusal.what}; ${refusal.remedy} (${words})`;
    return refusal.theirs ? unavailable(line, error) : userMistake(line, error);
  }
  const route = proxyWords(`http://${asked}`);
  const perhapsTls = tls ? '' : ', or TEMPORAL_TLS=true where it speaks TLS';
  const dropped = nobodyThere.test(words) ? '' : perhapsTls;
  return unavailable(
    `Temporal at ${asked} cannot be reached${route}; start it ("npx dermflow up" for a local one) or set TEMPORAL_ADDRESS${dropped} (${words})`,
    error,
  );
}
