/** What stands between a worker and its store, and servers that answer oddly: no bytes are lost, no mistake is silent. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { commitFiles } from '../../../activities/store/commit.ts';
import { createS3Client, createS3Store } from '../../../activities/store/s3.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { storeKeys } from '../../../domain/names.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { type Asked, anyCredentials, errorOf, type Habit, listed, md5, startFakeS3 } from '../../support/fake-s3.ts';

const page = '<!DOCTYPE html><html><head><title>Sign in</title></head><body>Proxy<br>says no & more</body></html>';
const asPage = { 'content-type': 'text/html; charset=utf-8' };
const waited = failureTypes.unavailable;
const final = failureTypes.userMistake;

async function storeWith(habit: Habit, pageSize?: number) {
  const server = await startFakeS3(habit, pageSize);
  return { ...server, store: createS3Store(createS3Client(server.settings, anyCredentials), server.settings) };
}

const answers =
  (fits: (asked: Asked) => boolean, status: number, text: string, headers: Record<string, string> = {}): Habit =>
  (asked) => {
    if (!fits(asked)) return false;
    asked.request.resume().on('end', () => asked.response.writeHead(status, headers).end(text));
    return true;
  };
const reads = ({ method }: Asked): boolean => method === 'GET';
const writes = ({ method }: Asked): boolean => method === 'PUT';

describe('a web page in place of an answer', () => {
  it.each([200, 404, 403, 502])('to a read (%i) is neither the object nor its absence', async (status) => {
    const { store } = await storeWith(answers(reads, status, page, asPage));
    const error = await store.getObject('llm/reply').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ type: waited, message: expect.not.stringContaining('Deserialization') });
    if (status < 500)
      expect(error).toMatchObject({ message: expect.stringMatching(/web page.*HTTPS_PROXY, NO_PROXY/) });
  });

  it('to a download is no damage', async () => {
    const { store } = await storeWith(answers(reads, 200, page, asPage));
    const blob = await store.putBlob('a checkpoint');
    const copy = store.getFile(blob, join(await temporaryFolder(), 'copy'));
    await expect(copy).rejects.toMatchObject({ type: waited, message: expect.stringContaining('web page') });
  });

  it('to a write does not count as written', async () => {
    const { store } = await storeWith(answers(writes, 200, page, asPage));
    const failure = { type: waited, message: expect.stringContaining('without an ETag') };
    await expect(store.putBlob('weights')).rejects.toMatchObject(failure);
    await expect(store.putObjectIfAbsent('llm/reply', 'x')).rejects.toMatchObject(failure);
  });

  it.each([page, '<html><body>fine</body></html>'])('to a listing is no empty bucket', async (text) => {
    const { store } = await storeWith(answers(reads, 200, text, asPage));
    await expect(store.keys('checkpoint', 'sft/')).rejects.toMatchObject({ type: waited });
  });
});

describe('a redirect', () => {
  it.each([
    [307, { location: 'https://dermflow.s3.eu-central-1.amazonaws.com/x' }, '', 'set DERMFLOW_S3_REGION=eu-central-1'],
    [307, { location: 'https://dermflow.s3-eu-west-1.amazonaws.com/x' }, '', 'set DERMFLOW_S3_REGION=eu-west-1'],
    [301, { 'x-amz-bucket-region': 'us-west-2' }, errorOf('PermanentRedirect'), 'set DERMFLOW_S3_REGION=us-west-2'],
    [
      400,
      {},
      '<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-north-1</Region></Error>',
      'REGION=eu-north-1',
    ],
    [
      308,
      { location: 'https://minio.example.org/dermflow/x' },
      '',
      'points to https://minio.example.org; set DERMFLOW_S3_ENDPOINT',
    ],
    [301, {}, '', "set DERMFLOW_S3_REGION to the bucket's region"],
  ])('%i %o is told with what to set', async (status, headers, text, words) => {
    const { store } = await storeWith(answers(writes, status, text, headers));
    await expect(store.putBlob('x')).rejects.toMatchObject({ type: final, message: expect.stringContaining(words) });
  });
});

describe('a server', () => {
  it('that is busy forever is asked a few times and counts as away', async () => {
    const { store, log } = await storeWith(answers(writes, 503, errorOf('SlowDown')));
    await expect(store.putBlob('x')).rejects.toMatchObject({ type: waited, refusal: 'away' });
    const asked = log.filter((line) => line.startsWith('PUT')).length;
    expect(asked).toBeGreaterThanOrEqual(5); // the SDK's attempts
    expect(asked).toBeLessThanOrEqual(6);
  });

  it('whose clock is an hour ahead is written to all the same', async () => {
    const { store, objects } = await storeWith((asked) => {
      const at = String(asked.headers['x-amz-date']).replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z');
      const there = Date.now() + 3_600_000;
      if (Math.abs(Date.parse(at) - there) < 900_000) return false;
      const date = new Date(there).toUTCString();
      return answers(() => true, 403, errorOf('RequestTimeTooSkewed'), { date })(asked, objects);
    });
    await store.putBlob('x');
    expect(objects.size).toBe(1);
  });

  it('that packs what it sends is read', async () => {
    const data = 'precious bytes '.repeat(1_000);
    const { store } = await storeWith(({ method, key, response }, objects) => {
      const found = objects.get(key);
      if (method !== 'GET' || !found) return false;
      response.writeHead(200, { 'content-encoding': 'gzip', etag: md5(found) }).end(gzipSync(found));
      return true;
    });
    const blob = await store.putBlob(data);
    expect(new TextDecoder().decode(await store.getBlob(blob))).toBe(data);
    const copy = join(await temporaryFolder(), 'copy');
    await store.getFile(blob, copy);
    expect(await readFile(copy, 'utf8')).toBe(data);
  });

  it('whose ETags are no digests is written to', async () => {
    const { store, objects } = await storeWith(({ method, key, request, response }, all) => {
      if (method !== 'PUT') return false;
      const chunks: Buffer[] = [];
      request
        .on('data', (chunk) => chunks.push(chunk))
        .on('end', () => {
          all.set(key, Buffer.concat(chunks));
          response.writeHead(200, { etag: '"anything-7"' }).end();
        });
      return true;
    });
    const blob = await store.putBlob('x');
    expect(objects.has(storeKeys.blob(blob.sha256))).toBe(true);
  });

  it('that shows a manifest late has nobody overwrite it', async () => {
    const hidden = storeKeys.manifest('metrics', 'late');
    const { store, objects } = await storeWith(({ method, key, count, response }, all) => {
      if (method !== 'GET' || key !== hidden || !all.has(key) || count > 2) return false;
      response.writeHead(404).end(errorOf('NoSuchKey'));
      return true;
    });
    const description = { kind: 'metrics', key: 'late', method: 'test/1', inputs: {}, params: {} } as const;
    const first = await commitFiles(store, { ...description, facts: { writer: 1 } }, {});
    const stands = objects.get(hidden);
    const second = await commitFiles(store, { ...description, facts: { writer: 2 } }, {});
    expect(second).toEqual(first);
    expect(objects.get(hidden)).toBe(stands);
  });
});

describe('a listing', () => {
  const keys = ['checkpoint', 'metrics'].flatMap((kind) =>
    [1, 2, 3].map((n) => `manifests/${kind}/sft/step-${n}.json`),
  );
  const isListing = ({ method, key }: Asked): boolean => method === 'GET' && key === '';

  it('of several pages is read to its end', async () => {
    const { store, objects } = await storeWith(() => false, 2);
    for (const key of keys) objects.set(key, Buffer.alloc(0));
    expect(await store.keys('checkpoint', 'sft/')).toHaveLength(3);
  });

  it('has no objects that stand for folders', async () => {
    const { store, objects } = await storeWith(() => false);
    for (const key of [...keys, 'manifests/checkpoint/sft/', 'manifests/checkpoint/'])
      objects.set(key, Buffer.alloc(0));
    expect(await store.keys('checkpoint', 'sft/')).toEqual(['sft/step-1', 'sft/step-2', 'sft/step-3']);
  });

  it('that repeats a key at a page break counts it once', async () => {
    const { store } = await storeWith((asked) => {
      if (!isListing(asked)) return false;
      const second = asked.query.has('continuation-token');
      const shown = second ? keys.slice(1, 3) : keys.slice(0, 2);
      asked.response.end(listed(shown, second ? null : 'more'));
      return true;
    });
    expect(await store.keys('checkpoint', 'sft/')).toEqual(['sft/step-1', 'sft/step-2', 'sft/step-3']);
  });

  it.each([
    ['gives the same token forever', listed(keys.slice(0, 2), 'again')],
    ['is cut off without a token', listed(keys.slice(0, 2), 'x').replace(/<Next.*<.Next\w+>/, '')],
  ])('that %s is refused, not taken for whole', async (_, text) => {
    const { store } = await storeWith(answers(isListing, 200, text));
    await expect(store.keys('checkpoint', 'sft/')).rejects.toMatchObject({
      type: final,
      message: expect.stringContaining('not how to go on'),
    });
  });
});
