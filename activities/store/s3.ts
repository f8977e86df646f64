/** A store in a bucket of any S3 that honours `If-None-Match: *`. */
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { userMistake } from '../../domain/failures.ts';
import { proxyAgents, proxyWords } from '../../platform/proxy.ts';
import { transferring } from '../motion.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { askForReason, getObject, type ObjectAddress, objectSize, orAbsent, requireETag } from './answers.ts';
import { countBodies } from './counted.ts';
import { renewableCredentials } from './credentials.ts';
import { download } from './download.ts';
import { listKeys } from './listing.ts';
import { partBytes, uploadInParts } from './multipart.ts';
import { refusalOf, StoreRefusal } from './refusals.ts';
import { createStore, withContents } from './store.ts';
import { withUnsignedBody } from './unsigned.ts';

export interface S3Settings {
  /** Undefined: AWS itself. */
  endpoint: string | undefined;
  region: string;
  bucket: string;
  /** How a bucket stands in an address: `host/bucket` or `bucket.host`. Default: by path, and AWS's own for AWS. */
  addressing?: Addressing;
  /** Default: the SDK's own chain, read again each minute. */
  credentials?: S3ClientConfig['credentials'];
}

const addressings = ['path', 'virtual'] as const;
type Addressing = (typeof addressings)[number];

/**
 * Silence, in milliseconds, after which a connection counts as broken and is asked again. The SDK looks after 3 s, and
 * Node gives a write that is under way a second term, so that every stalled connection ends within 103 s.
 */
export const transferSilenceMs = 50_000;

/**
 * @param credentials used instead of the settings'
 * @param checksums default: as `AWS_REQUEST_CHECKSUM_CALCULATION` says
 */
export function createS3Client(
  { endpoint, region, addressing = endpoint === undefined ? 'virtual' : 'path', credentials: settled }: S3Settings,
  credentials: S3ClientConfig['credentials'] = settled,
  silence = transferSilenceMs,
  checksums?: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED',
): S3Client {
  const client = new S3Client({
    region,
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 5_000, socketTimeout: silence, ...proxyAgents() },
    credentials: credentials ?? renewableCredentials(),
    forcePathStyle: addressing === 'path',
    // Every reader compares SHA-256; a CRC as well would turn what is damaged in the store into an error of the network.
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(checksums === undefined ? {} : { requestChecksumCalculation: checksums }),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  countBodies(client);
  return client;
}

/** Makes sure that the bucket is there, and with it that the server answers and the credentials are good. */
export const ensureBucket = (client: S3Client, settings: S3Settings): Promise<void> =>
  atStart(settings, async () => {
    if (await isBucketThere(client, settings.bucket)) return;
    await client.send(new CreateBucketCommand({ Bucket: settings.bucket }));
  });

/** At the start of a process nothing is lost yet and nobody waits: whoever started it can mend what a person can. */
export async function atStart<T>(settings: S3Settings, work: () => Promise<T>): Promise<T> {
  try {
    return await explaining(settings, work);
  } catch (error) {
    if (error instanceof StoreRefusal && error.refusal === 'mendable') throw userMistake(error.message, error);
    throw error;
  }
}

/** True also where only the bucket's objects may be seen: the first write shows whether that is so. */
async function isBucketThere(client: S3Client, bucket: string): Promise<boolean> {
  try {
    return (await orAbsent(client.send(new HeadBucketCommand({ Bucket: bucket })))) !== null;
  } catch (error) {
    await askForReason(client, { Bucket: bucket, Key: 'probe/absent' }, error);
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 403) return true;
    throw error;
  }
}

export function createS3Store(client: S3Client, settings: S3Settings): ArtifactStore {
  const at = (key: string) => ({ Bucket: settings.bucket, Key: key });
  const explained = <T>(work: () => Promise<T>): Promise<T> => explaining(settings, work);
  const put = async (command: PutObjectCommand): Promise<void> => requireETag(await client.send(command));
  return createStore({
    size: (key) => explained(() => objectSize(client, at(key))),
    get: (key) => explained(() => getObject(client, at(key))),
    download: (key, path, blob) => explained(() => download(client, at(key), path, blob)),
    put: (key, data) => explained(() => put(new PutObjectCommand({ ...at(key), Body: data }))),
    upload: (key, path, blob) =>
      explained(() =>
        transferring('uploading', basename(path), blob.bytes, async () => {
          if (blob.bytes > partBytes) return uploadInParts(client, at(key), path, blob);
          await withContents(path, blob, (data) =>
            put(withUnsignedBody(new PutObjectCommand({ ...at(key), Body: data }))),
          );
        }),
      ),
    putIfAbsent: (key, data) => explained(() => putIfAbsent(client, at(key), data)),
    remove: (key) => explained(async () => void (await orAbsent(client.send(new DeleteObjectCommand(at(key)))))),
    list: (prefix, onKey) => explained(() => listKeys(client, settings.bucket, prefix, onKey)),
  });
}

/** False where the object is there already, by another writer. */
export async function putIfAbsent(client: S3Client, at: ObjectAddress, data: Uint8Array): Promise<boolean> {
  try {
    requireETag(await client.send(new PutObjectCommand({ ...at, Body: data, IfNoneMatch: '*' })));
    return true;
  } catch (error) {
    const { httpStatusCode: status, attempts = 1 } = error instanceof S3ServiceException ? error.$metadata : {};
    // Some servers say by 409 or 304 that the object is there; AWS says by 409 that another writer is under way.
    if (status !== 412 && status !== 409 && status !== 304) throw error;
    // The SDK asks again where an answer was lost; what stands there may be the first attempt's.
    if (status === 412 && attempts === 1) return false;
    const standing = await getObject(client, at);
    if (standing === null && status !== 412) throw error;
    return standing !== null && Buffer.compare(standing, data) === 0;
  }
}

/** Tries of a request that met another writer; each pause is a tenth of a second longer. */
const triesAtOnce = 6;

/**
 * Turns what the SDK throws into a line that names the address and says what to do. Asks again where another writer was
 * met, which the SDK's own retries, made for services that are busy, leave alone.
 */
export async function explaining<T>({ endpoint, bucket }: S3Settings, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const route = proxyWords(endpoint ?? 'https://s3.amazonaws.com');
      const refusal = refusalOf(error, `S3 at ${endpoint ?? 'AWS'}, bucket ${bucket}`, route);
      if (refusal?.refusal !== 'again' || tries === triesAtOnce) throw refusal ?? error;
      await sleep(100 * tries);
    }
  }
}
