/** Answers of S3, told apart from those of proxies and gateways that answer in its place. */
import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import {
  GetObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { byteCounter } from '../motion.ts';
import { Garbled } from './refusals.ts';
import { isPageError } from './response.ts';

export interface ObjectAddress {
  Bucket: string;
  Key: string;
}

/** Null for 404, unless it is the bucket that is absent: then nobody knows what it held. */
export async function orAbsent<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request;
  } catch (error) {
    const absent = error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404;
    if (absent && error.name !== 'NoSuchBucket') return null;
    throw error;
  }
}

/** A write counts only if S3 says that it was done: a proxy may answer 200 to anything. */
export function requireETag({ ETag }: { ETag?: string | undefined }): void {
  if (ETag === undefined) throw new Garbled('the write was answered without an ETag');
}

/**
 * A page of a proxy or gateway, or an error under status 200: each S3 gives its objects an ETag, and none of ours is HTML
 * or XML.
 */
const isPage = ({ ContentType, ETag }: GetObjectCommandOutput): boolean =>
  ETag === undefined && /^(?:text\/html|(?:application|text)\/xml)\b/i.test(ContentType ?? '');

/** The bytes of an object, unpacked where a proxy packed them on the way: nothing here is stored packed. */
export function bodyOf({ Body, ContentEncoding = '' }: GetObjectCommandOutput): { body: Readable; encoded: boolean } {
  if (!(Body instanceof Readable)) throw new RangeError('a body outside Node');
  if (!/\bgzip\b/i.test(ContentEncoding)) return { body: Body, encoded: false };
  const unpacked = createGunzip();
  pipeline(Body, unpacked).catch(() => {}); // who reads the unpacked bytes gets the error
  return { body: unpacked, encoded: true };
}

/** Begins to read an object; null where it is absent, which a gateway's page of 404 does not prove. */
export async function openObject(
  client: S3Client,
  input: GetObjectCommandInput,
): Promise<GetObjectCommandOutput | null> {
  const object = await orAbsent(
    client.send(new GetObjectCommand(input)).catch((error: unknown) => {
      const absent = error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404;
      throw absent && isPageError(error) ? new Garbled(aPage, { cause: error }) : error;
    }),
  );
  if (object && isPage(object)) throw new Garbled(aPage);
  return object;
}

/** Size in bytes, null where it is absent. */
export async function objectSize(client: S3Client, at: ObjectAddress): Promise<number | null> {
  try {
    return (await orAbsent(client.send(new HeadObjectCommand(at))))?.ContentLength ?? null;
  } catch (error) {
    await askForReason(client, at, error);
    throw error;
  }
}

/**
 * An answer to HEAD has no body, and so no reason: for an expired token AWS sends 400 there, for a wrong clock 403.
 * GET has it, and throws it.
 */
export async function askForReason(client: S3Client, at: ObjectAddress, error: unknown): Promise<void> {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  if (status !== 301 && status !== 400 && status !== 403) return;
  const object = await orAbsent(client.send(new GetObjectCommand(at)));
  if (object?.Body instanceof Readable) object.Body.destroy();
}

const aPage = 'a web page or an error came in place of an object';

/**
 * An object in memory, null where it is absent. Asked for again where an answer breaks off, or where its bytes are not what
 * its ETag says: a manifest or a paid reply that was shortened on the way must not count as damaged.
 *
 * @param answers that may break off in a row. Default: 5, as the SDK asks until one begins
 */
export async function getObject(client: S3Client, at: ObjectAddress, answers = 5): Promise<Uint8Array | null> {
  let before: Uint8Array | null = null;
  for (let broken = 1; ; broken++) {
    const object = await openObject(client, at);
    if (!object) return null;
    try {
      const bytes = await buffer(bodyOf(object).body);
      byteCounter()(bytes.byteLength);
      // Shortened or changed on the way, unless it comes so again.
      const isAsBefore = before !== null && Buffer.compare(bytes, before) === 0;
      if (hasItsETag(bytes, object) || isAsBefore || broken === answers) return bytes;
      before = bytes;
    } catch (error) {
      if (broken === answers) throw new Garbled('the answer broke off', { cause: error });
    }
  }
}

/** Whether the bytes have the MD5 that the ETag states; true where it is none: of encrypted objects and of those sent in parts. */
function hasItsETag(
  bytes: Uint8Array,
  { ETag = '', ServerSideEncryption = 'AES256', SSECustomerAlgorithm }: GetObjectCommandOutput,
): boolean {
  const isMd5 = /^"?[0-9a-f]{32}"?$/.test(ETag) && ServerSideEncryption === 'AES256' && !SSECustomerAlgorithm;
  return !isMd5 || ETag.replaceAll('"', '') === hash('md5', bytes);
}
