/**
 * A small conditional write without the SDK's layers, which take four times the processor time of all the rest of it: the
 * ledger makes one for each reply of a language model. It is one attempt; the SDK makes the next, and explains failures.
 */
import { hash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import { EnvHttpProxyAgent, request } from 'undici';
import { exemptHosts } from '../../platform/proxy.ts';
import { byteCounter } from '../motion.ts';
import type { ObjectAddress } from './answers.ts';

/** `unknown`: it may have been done or not. `not made`: it is for the SDK. */
export type QuickResult = 'done' | 'there already' | 'unknown' | 'not made';

const mostBytes = 2 ** 18;

/** @param silence in milliseconds, after which the attempt ends */
export function createQuickPut(
  { config }: S3Client,
  { endpoint, addressing }: { endpoint: string | undefined; addressing: 'path' | 'virtual' },
  silence: number,
): (at: ObjectAddress, data: Uint8Array) => Promise<QuickResult> {
  const timeouts = { headersTimeout: silence, bodyTimeout: silence, connectTimeout: 5_000 };
  const dispatcher = new EnvHttpProxyAgent({ ...timeouts, noProxy: exemptHosts() });
  const signer = new SignatureV4({
    ...{
      service: 's3',
      region: config.region,
      credentials: config.credentials,
      sha256: config.sha256,
      uriEscapePath: false,
    },
  });
  return async ({ Bucket, Key }, data) => {
    // Where the SDK alone knows the address, or pieces are to be counted on their way.
    if (endpoint === undefined || data.byteLength > mostBytes) return 'not made';
    const url = new URL(endpoint);
    if (addressing === 'virtual') url.hostname = `${Bucket}.${url.hostname}`;
    const path = `${url.pathname.replace(/\/$/, '')}${addressing === 'path' ? `/${Bucket}` : ''}/${Key}`;
    const headers = {
      host: url.host,
      'if-none-match': '*',
      'content-type': 'application/octet-stream',
      'x-amz-content-sha256': hash('sha256', data),
    };
    try {
      const { protocol, hostname } = url;
      const signed = await signer.sign(
        { method: 'PUT', protocol, hostname, path, query: {}, headers, body: data },
        { signingDate: new Date(Date.now() + config.systemClockOffset) },
      );
      const answer = await request(`${url.origin}${path}`, {
        ...{ method: 'PUT', headers: signed.headers, body: data, dispatcher },
      });
      await answer.body.dump();
      if (answer.statusCode === 412) return 'there already';
      if (answer.statusCode !== 200 || answer.headers.etag === undefined) return 'unknown';
      byteCounter()(data.byteLength);
      return 'done';
    } catch {
      return 'unknown';
    }
  };
}
