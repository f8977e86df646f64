/** A store in a bucket of any S3 that honours `If-None-Match: *`. */
import { createHash, hash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  paginateListObjectsV2,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { corrupt, userMistake } from '../../domain/failures.ts';
import { proxyAgents, proxyWords } from '../../infra/proxy.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { renewableCredentials } from './credentials.ts';
import { partBytes, uploadInParts } from './multipart.ts';
import { refusalOf, StoreRefusal } from './refusals.ts';
import { createStore } from './store.ts';
import { withUnsignedBody } from './unsigned.ts';

export interface S3Settings {
  /** Undefined: AWS itself. */
  endpoint: string | undefined;
  region: string;
  bucket: string;
  /** How a bucket stands in an address: `host/bucket` or `bucket.host`. Default: by path, and AWS's own for AWS. */
  addressing?: Addressing;
}

export const addressings = ['path', 'virtual'] as const;
export type Addressing = (typeof addressings)[number];

/** Silence, in milliseconds, after which a connection counts as broken and is asked again: bytes that never come. */
const silenceMs = 60_000;

/** @param credentials default: the SDK's own chain, read again each minute */
export function createS3Client(
  { endpoint, region, addressing = endpoint === undefined ? 'virtual' : 'path' }: S3Settings,
  credentials?: S3ClientConfig['credentials'],
  silence = silenceMs,
): S3Client {
  return new S3Client({
    region,
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 5_000, socketTimeout: silence, ...proxyAgents() },
    credentials: credentials ?? renewableCredentials(),
    forcePathStyle: addressing === 'path',
    ...(endpoint === undefined ? {} : { endpoint }),
  });
}

/** Makes sure that the bucket is there, and with it that the server answers and the credentials are good. */
export const ensureBucket = (client: S3Client, settings: S3Settings): Promise<void> =>
  atStart(settings, async () => {
    if (await isBucketThere(client, settings.bucket)) return;
    await client.send(new CreateBucketCommand({ Bucket: settings.bucket }));
  });

/** At the start of a process nothing is lost yet and nobody waits: whoever started it shall mend what can be mended. */
export async function atStart<T>(settings: S3Settings, work: () => Promise<T>): Promise<T> {
  try {
    return await explaining(settings, work);
  } catch (error) {
    if (error instanceof StoreRefusal && error.refusal === 'mendable') throw userMistake(error.message, error);
    throw error;
  }
}

/** True also where only the bucket's objects may be seen: the first write tells whether that is so. */
async function isBucketThere(client: S3Client, bucket: string): Promise<boolean> {
  try {
    return (await orAbsent(client.send(new HeadBucketCommand({ Bucket: bucket })))) !== null;
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 403) {
      // Not by HEAD, whose answer has no body and so no reason.
      await orAbsent(client.send(new GetObjectCommand({ Bucket: bucket, Key: 'probe/absent' })));
      return true;
    }
    throw error;
  }
}

export function createS3Store(client: S3Client, settings: S3Settings): ArtifactStore {
  const at = (key: string) => ({ Bucket: settings.bucket, Key: key });
  const explained = <T>(work: () => Promise<T>): Promise<T> => explaining(settings, work);
  return createStore({
    size: (key) =>
      explained(async () => (await orAbsent(client.send(new HeadObjectCommand(at(key)))))?.ContentLength ?? null),
    get: (key) =>
      explained(async () => {
        const object = await orAbsent(client.send(new GetObjectCommand(at(key))));
        return (await object?.Body?.transformToByteArray()) ?? null;
      }),
    download: (key, path, sha256) =>
      explained(async () => {
        const object = await orAbsent(client.send(new GetObjectCommand(at(key))));
        if (!object?.Body) return 'absent';
        return (await writeVerified(object.Body.transformToWebStream(), path, sha256)) ? 'done' : 'damaged';
      }),
    put: (key, data) =>
      explained(async () => void (await client.send(new PutObjectCommand({ ...at(key), Body: data })))),
    upload: (key, path, blob) =>
      explained(async () => {
        if (blob.bytes > partBytes) return uploadInParts(client, at(key), path, blob);
        const data = await readFile(path);
        if (hash('sha256', data) !== blob.sha256)
          throw corrupt(`file of blob ${blob.sha256} changed while it was uploaded`);
        await client.send(withUnsignedBody(new PutObjectCommand({ ...at(key), Body: data })));
      }),
    putIfAbsent: (key, data) => explained(() => putIfAbsent(client, { ...at(key), Body: data })),
    remove: (key) => explained(async () => void (await orAbsent(client.send(new DeleteObjectCommand(at(key)))))),
    list: (prefix) =>
      explained(async () => {
        const keys: string[] = [];
        for await (const page of paginateListObjectsV2({ client }, { Bucket: settings.bucket, Prefix: prefix })) {
          for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
        }
        return keys;
      }),
  });
}

/** False where the object is there already. */
export async function putIfAbsent(client: S3Client, input: PutObjectCommandInput): Promise<boolean> {
  try {
    await client.send(new PutObjectCommand({ ...input, IfNoneMatch: '*' }));
    return true;
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412) return false;
    throw error;
  }
}

/** Hashes on the way to a temporary name and gives the file its own name only if the digest is right; false if not. */
async function writeVerified(body: ReadableStream, path: string, sha256: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${randomUUID()}.partial`;
  const hash = createHash('sha256');
  const tap = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await pipeline(body, tap, createWriteStream(partial));
    if (hash.digest('hex') !== sha256) return false;
    await rename(partial, path);
    return true;
  } finally {
    await rm(partial, { force: true });
  }
}

/** Null for 404, unless it is the bucket that is absent: then nobody knows what it held. */
async function orAbsent<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request;
  } catch (error) {
    const absent = error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404;
    if (absent && error.name !== 'NoSuchBucket') return null;
    throw error;
  }
}

/** Tries of a request that met another writer; each pause is a tenth of a second longer. */
const triesAtOnce = 6;

/** Turns what the SDK throws into a line that names the address and says what to do; asks again where that suffices. */
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
