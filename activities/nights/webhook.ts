/**
 * Calls a webhook after a night, signed as Standard Webhooks (standardwebhooks.com) says, so that its libraries check it:
 * HMAC-SHA256 over `id.timestamp.body`. The id is that of the night: a delivery that is tried again has the same one.
 */
import { createHmac } from 'node:crypto';
import { canonicalJson } from '../../domain/artifact.ts';
import { unavailable, userMistake } from '../../domain/failures.ts';
import type { NightResult } from '../../domain/nights/nightly.ts';

const patienceMs = 30_000;

/** @param seconds since 1970 */
export function signedHeaders(secret: string, id: string, seconds: number, body: string): Record<string, string> {
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${seconds}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  };
}

/** `whsec_` before Base64, or any other text as it is. */
function keyOf(secret: string): Buffer {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  return encoded === undefined ? Buffer.from(secret, 'utf8') : Buffer.from(encoded, 'base64');
}

function bodyOf({ schedule, night, verdict, words, record }: NightResult): string {
  const data = { schedule, night, verdict, words, record: record.key };
  return canonicalJson({ type: `night.${verdict}`, timestamp: night, data });
}

/** Throws `Unavailable`, which is retried, for anything but a 2xx. Neither address nor answer is logged: they may hold secrets. */
export async function callWebhook(
  { url, result }: { url: string; result: NightResult },
  secret: string | null,
  now: () => number = Date.now,
): Promise<void> {
  if (secret === null) {
    throw userMistake(
      'the webhook of a night is not called unsigned; set DERMFLOW_WEBHOOK_SECRET on the orchestrator workers',
    );
  }
  const { host, username, password } = new URL(url);
  // No request is sent to such an address, and the words with which it is refused hold the address.
  if (username !== '' || password !== '')
    throw userMistake(`the webhook at ${host} has a name or password in its address; leave them out`);
  const body = bodyOf(result);
  const headers = signedHeaders(secret, `${result.schedule}/${result.night}`, Math.floor(now() / 1000), body);
  const signal = AbortSignal.timeout(patienceMs);
  // A redirect would take the signature elsewhere.
  const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' }).catch(
    (error: unknown) => {
      throw unavailable(`the webhook at ${host} does not answer (${String(error)})`, error);
    },
  );
  await response.body?.cancel();
  if (!response.ok) throw unavailable(`the webhook at ${host} answers with status ${response.status}`);
}
