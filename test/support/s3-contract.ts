/**
 * What a store needs of an S3 server, asked of the server itself. Of servers that are not like that in something, that
 * is named, so that a test tells when it changes.
 */
import { createHash, randomFillSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
import { bodyOf, getObject, openObject } from '../../activities/store/answers.ts';
import { listKeys } from '../../activities/store/listing.ts';
import { uploadInParts } from '../../activities/store/multipart.ts';
import { probeStore } from '../../activities/store/probe.ts';
import {
  createS3Client,
  createS3Store,
  ensureBucket,
  putIfAbsent,
  type S3Settings,
} from '../../activities/store/s3.ts';
import { digestOf } from '../../domain/artifact.ts';
import { failureTypes } from '../../domain/failures.ts';
import { temporaryFolder } from './datasets.ts';

export interface S3Target {
  settings: S3Settings;
  secrets: { accessKeyId: string; secretAccessKey: string };
  client: S3Client;
}

type Check = (target: S3Target, at: (key: string) => { Bucket: string; Key: string }) => Promise<void>;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
async function keysBelow(client: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  await listKeys(client, bucket, prefix, (key) => keys.push(key));
  return keys;
}
const textOf = (data: Uint8Array | null): string | null => data && new TextDecoder().decode(data);
const write = (client: S3Client, at: { Bucket: string; Key: string }, text: string) =>
  client.send(new PutObjectCommand({ ...at, Body: bytes(text) }));

async function sendInParts(client: S3Client, at: { Bucket: string; Key: string }, size: number): Promise<void> {
  const path = join(await temporaryFolder(), 'file');
  const data = randomFillSync(Buffer.alloc(size));
  await writeFile(path, data);
  await uploadInParts(client, at, path, { sha256: digestOf(data), bytes: size });
  expect(digestOf((await getObject(client, at)) ?? '')).toBe(digestOf(data));
}

/** Smallest size of a part that S3 takes before the last. */
const leastPart = 5 * 2 ** 20;

export const checks = {
  'of twenty writers at once exactly one wins': async ({ client }, at) => {
    const writers = Array.from({ length: 20 }, (_, i) => putIfAbsent(client, at('race'), bytes(`${i}`)));
    const won = await Promise.all(writers);
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(textOf(await getObject(client, at('race')))).toBe(String(won.indexOf(true)));
  },
  'a second conditional write changes nothing': async ({ client }, at) => {
    expect(await putIfAbsent(client, at('once'), bytes('first'))).toBe(true);
    expect(await putIfAbsent(client, at('once'), bytes('second'))).toBe(false);
    expect(textOf(await getObject(client, at('once')))).toBe('first');
  },
  'an object is seen at once, after it was absent and after each change': async ({ client }, at) => {
    for (const text of ['one', 'two, longer', '']) {
      await write(client, at('seen'), text);
      expect(textOf(await getObject(client, at('seen')))).toBe(text);
      expect((await client.send(new HeadObjectCommand(at('seen')))).ContentLength).toBe(text.length);
      await client.send(new DeleteObjectCommand(at('seen')));
      expect(await getObject(client, at('seen'))).toBeNull();
    }
  },
  'ranges begin and end where they are asked': async ({ client }, at) => {
    await write(client, at('range'), '0123456789');
    for (const [Range, expected, told] of [
      ['bytes=0-3', '0123', 'bytes 0-3/10'],
      ['bytes=4-6', '456', 'bytes 4-6/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
    ] as const) {
      const object = await openObject(client, { ...at('range'), Range });
      expect([object?.ContentRange, object && (await buffer(bodyOf(object).body)).toString()]).toEqual([
        told,
        expected,
      ]);
    }
    await expect(openObject(client, { ...at('range'), Range: 'bytes=10-' })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 416 },
    });
  },
  'a large file goes in parts with checksums': ({ client }, at) => sendInParts(client, at('parts'), 40 * 2 ** 20 + 7),
  'a large file goes in parts without checksums': ({ settings, secrets }, at) =>
    sendInParts(createS3Client(settings, secrets, undefined, 'WHEN_REQUIRED'), at('plain-parts'), 17 * 2 ** 20),
  'an unfinished upload is found with its parts': async ({ client }, at) => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(at('unfinished')));
    const Body = randomFillSync(Buffer.alloc(leastPart));
    const { ETag } = await client.send(new UploadPartCommand({ ...at('unfinished'), UploadId, PartNumber: 1, Body }));
    const { Bucket, Key: Prefix } = at('unfinished');
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix }));
    expect(Uploads.map((upload) => [upload.Key, upload.UploadId])).toEqual([[Prefix, UploadId]]);
    const { Parts = [] } = await client.send(new ListPartsCommand({ ...at('unfinished'), UploadId }));
    expect(Parts).toMatchObject([{ PartNumber: 1, Size: leastPart, ETag }]);
    await client.send(new AbortMultipartUploadCommand({ ...at('unfinished'), UploadId }));
  },
  'an aborted upload is gone and left no object': async ({ client }, at) => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(at('aborted')));
    await client.send(new UploadPartCommand({ ...at('aborted'), UploadId, PartNumber: 1, Body: bytes('part') }));
    await client.send(new AbortMultipartUploadCommand({ ...at('aborted'), UploadId }));
    expect(await getObject(client, at('aborted'))).toBeNull();
    const { Bucket, Key: Prefix } = at('aborted');
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix }));
    expect(Uploads).toEqual([]);
  },
  'the ETag of an object and of a part is its MD5': async ({ client }, at) => {
    const md5 = `"${createHash('md5').update('text').digest('hex')}"`;
    expect((await write(client, at('etag'), 'text')).ETag).toBe(md5);
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(at('etag')));
    const part = { ...at('etag'), UploadId, PartNumber: 1, Body: bytes('text') };
    expect((await client.send(new UploadPartCommand(part))).ETag).toBe(md5);
    await client.send(new AbortMultipartUploadCommand({ ...at('etag'), UploadId }));
  },
  'more than a thousand keys are listed whole': async ({ client }, at) => {
    const limit = pLimit(32);
    const keys = Array.from({ length: 1_003 }, (_, i) => at(`many/step-${String(i).padStart(8, '0')}.json`));
    await Promise.all(keys.map((key) => limit(() => write(client, key, 'x'))));
    const { Bucket, Key } = at('many/');
    expect((await keysBelow(client, Bucket, Key)).toSorted()).toEqual(keys.map((key) => key.Key));
  },
  'a listing is in the order of bytes': async ({ client }, at) => {
    const names = ['a', 'a-b', 'a.b', 'a0', 'ab', 'b/a', 'b/b', 'c'];
    for (const name of names) await write(client, at(`order/${name}`), 'x');
    const { Bucket, Key: Prefix } = at('order/');
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix }));
    expect(Contents.map(({ Key = '' }) => Key.slice(Prefix.length))).toEqual(names);
  },
  'a key and what lies below it are two objects, in the order of bytes': async ({ client }, at) => {
    for (const name of ['a', 'a-b', 'a/b']) await write(client, at(`below/${name}`), name);
    const { Bucket, Key: Prefix } = at('below/');
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix }));
    expect(Contents.map(({ Key = '' }) => Key.slice(Prefix.length))).toEqual(['a', 'a-b', 'a/b']);
  },
  'keys may hold spaces, signs and letters of any language': async ({ client }, at) => {
    const names = ['with space', 'a+b', '100%', '%2F', 'ü', '皮肤', "quote'", 'a&b=c', 'x,y;z', 'at@'];
    for (const name of names) await write(client, at(`odd/${name}`), name);
    for (const name of names) expect(textOf(await getObject(client, at(`odd/${name}`)))).toBe(name);
    const { Bucket, Key } = at('odd/');
    expect((await keysBelow(client, Bucket, Key)).toSorted()).toEqual(
      names.map((name) => at(`odd/${name}`).Key).toSorted(),
    );
  },
  'deleting what is absent is no error': async ({ client }, at) => {
    await client.send(new DeleteObjectCommand(at('never-there')));
  },
  'a wrong checksum is refused and nothing is stored': async ({ client }, at) => {
    const wrong = new PutObjectCommand({ ...at('checksum'), Body: bytes('bytes'), ChecksumCRC32: 'AAAAAA==' });
    await expect(client.send(wrong)).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
    expect(await getObject(client, at('checksum'))).toBeNull();
  },
  'a wrong secret is refused with the remedy': async ({ settings, secrets }) => {
    const wrong = createS3Client(settings, { ...secrets, secretAccessKey: 'not the secret' });
    await expect(createS3Store(wrong, settings).putBlob('x')).rejects.toMatchObject({
      refusal: 'mendable',
      message: expect.stringContaining('AWS_SECRET_ACCESS_KEY'),
    });
  },
  'an unknown key id is refused with the remedy': async ({ settings }) => {
    const nobody = createS3Client(settings, { accessKeyId: 'nobody', secretAccessKey: 'nothing' });
    await expect(createS3Store(nobody, settings).putBlob('x')).rejects.toMatchObject({
      type: failureTypes.unavailable,
      message: expect.stringContaining('AWS_ACCESS_KEY_ID'),
    });
  },
  'a bucket that is gone is told as such': async ({ settings, client }) => {
    const other = createS3Store(client, { ...settings, bucket: 'dermflow-not-there' });
    await expect(other.getObject('x')).rejects.toMatchObject({ message: expect.stringContaining('NoSuchBucket') });
  },
  'the look at the start lacks nothing and leaves nothing': async ({ settings, client }) => {
    await ensureBucket(client, settings);
    expect(await probeStore(client, settings)).toEqual({ lacks: [] });
    expect(await keysBelow(client, settings.bucket, 'probe/')).toEqual([]);
  },
} satisfies Record<string, Check>;

export type CheckName = keyof typeof checks;

/** @param deviations checks that this server is known to fail, and that nothing here relies on there */
export function describeS3Contract(name: string, target: () => S3Target, deviations: readonly CheckName[] = []): void {
  describe(`${name} as an S3 server`, () => {
    const all: [string, Check][] = Object.entries(checks);
    for (const [check, run] of all) {
      const expected = deviations.some((each) => each === check) ? it.fails : it;
      expected(check, () => run(target(), (key) => ({ Bucket: target().settings.bucket, Key: `contract/${key}` })));
    }
  });
}
