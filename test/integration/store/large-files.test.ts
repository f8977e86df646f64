import { createHash } from 'node:crypto';
import { open, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ListMultipartUploadsCommand, ListPartsCommand } from '@aws-sdk/client-s3';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partBytes } from '../../../activities/store/multipart.ts';
import { createS3Client, createS3Store } from '../../../activities/store/s3.ts';
import { digestOfFile } from '../../../activities/store/store.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { storeKeys } from '../../../domain/names.ts';
import { s3Credentials } from '../../../infra/local/services.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { type S3Server, startS3Server } from '../../support/s3.ts';

const uploader = fileURLToPath(new URL('../../support/upload-file.ts', import.meta.url));
const bytesOf = (parts: number): number => (parts - 1) * partBytes + 1_000_003;

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.remove());

/** A file whose parts all differ. */
async function writeLargeFile(seed: string, bytes: number): Promise<string> {
  const path = join(await temporaryFolder(), 'optimizer.pt');
  const file = await open(path, 'w');
  let block = createHash('sha512').update(seed).digest();
  for (let written = 0; written < bytes; written += partBytes) {
    block = createHash('sha512').update(block).digest();
    await file.write(Buffer.alloc(Math.min(partBytes, bytes - written), block));
  }
  await file.close();
  return path;
}

async function unfinishedUploads(key: string): Promise<string[]> {
  const at = { Bucket: server.settings.bucket, Prefix: key };
  const { Uploads = [] } = await server.client.send(new ListMultipartUploadsCommand(at));
  return Uploads.flatMap(({ UploadId }) => UploadId ?? []);
}

async function partsThere(key: string): Promise<number> {
  const [UploadId] = await unfinishedUploads(key);
  if (UploadId === undefined) return 0;
  const at = { Bucket: server.settings.bucket, Key: key, UploadId };
  return (await server.client.send(new ListPartsCommand(at))).Parts?.length ?? 0;
}

/** The server may still be storing what a killed client had sent. */
async function partsThereAtLast(key: string): Promise<number> {
  for (let before = -1; ; ) {
    const now = await partsThere(key);
    if (now === before) return now;
    before = now;
    await sleep(500);
  }
}

/** A store that counts the parts it sends. */
function countingStore() {
  const client = createS3Client(server.settings, server.secrets);
  const sent: number[] = [];
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'UploadPartCommand') sent.push(Number(Object(args.input).PartNumber));
        return next(args);
      },
    { step: 'initialize' },
  );
  return { store: createS3Store(client, server.settings), sent };
}

describe('a large file', () => {
  it('of 200 MB whose upload was killed half-way is continued with the missing parts', async () => {
    const parts = 13;
    const path = await writeLargeFile('killed', bytesOf(parts));
    const key = storeKeys.blob(await digestOfFile(path));
    const child = execa('node', [uploader, JSON.stringify(server.settings), path], {
      env: s3Credentials(server.secrets),
      reject: false,
    });
    while ((await partsThere(key)) < 2) await sleep(5);
    child.kill('SIGKILL');
    expect((await child).signal).toBe('SIGKILL');
    const there = await partsThereAtLast(key);
    expect(there).toBeLessThan(parts);

    const { store, sent } = countingStore();
    const ref = await store.putFile(path);
    expect(sent.length).toBe(parts - there);
    expect(await unfinishedUploads(key)).toEqual([]);
    const copy = join(await temporaryFolder(), 'copy');
    await server.newStore().getFile(ref, copy);
    expect(await digestOfFile(copy)).toBe(ref.sha256);
    expect((await stat(copy)).size).toBe(bytesOf(parts));

    await store.putFile(path);
    expect(sent.length).toBe(parts - there);
  });

  it('that two workers upload at once arrives whole, and nothing is left over', async () => {
    const path = await writeLargeFile('twice', bytesOf(3));
    const [one, two] = [countingStore(), countingStore()];
    const [ref] = await Promise.all([one.store.putFile(path), two.store.putFile(path)]);
    const copy = join(await temporaryFolder(), 'copy');
    await server.newStore().getFile(ref, copy);
    expect(await unfinishedUploads(storeKeys.blob(ref.sha256))).toEqual([]);
  });

  it('that changes while it is uploaded is not stored', async () => {
    const bytes = bytesOf(2);
    const path = await writeLargeFile('changing', bytes);
    const before = await digestOfFile(path);
    const client = createS3Client(server.settings, server.secrets);
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === 'CreateMultipartUploadCommand') await writeFile(path, 'x', { flag: 'r+' });
          return next(args);
        },
      { step: 'initialize' },
    );
    const upload = createS3Store(client, server.settings).putFile(path);
    await expect(upload).rejects.toMatchObject({ type: failureTypes.corrupt });
    expect(await server.newStore().hasBlob({ sha256: before, bytes })).toBe(false);
    expect(await unfinishedUploads(storeKeys.blob(before))).toEqual([]);
  });
});
