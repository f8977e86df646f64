/** Answers that were shortened, changed or replaced on their way, with all headers in order. */
import { randomFillSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commitFiles } from '../../../activities/store/commit.ts';
import { createS3Client, createS3Store } from '../../../activities/store/s3.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { storeKeys } from '../../../domain/names.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { type Asked, anyCredentials, errorOf, type Habit, listed, md5, startFakeS3 } from '../../support/fake-s3.ts';

async function storeWith(habit: Habit) {
  const server = await startFakeS3(habit);
  return { ...server, store: createS3Store(createS3Client(server.settings, anyCredentials), server.settings) };
}

/** The first answers to each reading of an object are half of it, under the right length and the ETag of the whole. */
const shortened =
  (times: number, headers: Record<string, string> = {}): Habit =>
  ({ method, key, count, response }, objects) => {
    const found = objects.get(key);
    if (method !== 'GET' || !found || count > times) return false;
    response.writeHead(200, { etag: md5(found), ...headers }).end(found.subarray(0, found.length / 2));
    return true;
  };
const reads = (log: readonly string[]): number => log.filter((line) => /^GET ./.test(line)).length;
const description = { kind: 'metrics', key: 'a', method: 'test/1', inputs: {}, params: {} } as const;

describe('an object that was shortened on the way', () => {
  it('is read again, and is not damaged', async () => {
    const { store, log } = await storeWith(shortened(1));
    await store.putObjectIfAbsent('llm/reply', 'a paid reply');
    expect(new TextDecoder().decode((await store.getObject('llm/reply')) ?? undefined)).toBe('a paid reply');
    expect(reads(log)).toBe(2);
    const blob = await store.putBlob('a blob');
    expect(new TextDecoder().decode(await store.getBlob(blob))).toBe('a blob');
  });

  it('has nobody overwrite a manifest', async () => {
    const { store, objects } = await storeWith(shortened(1));
    const first = await commitFiles(store, { ...description, facts: { writer: 1 } }, {});
    const stands = objects.get(storeKeys.manifest('metrics', 'a'));
    expect(await commitFiles(store, { ...description, facts: { writer: 2 } }, {})).toEqual(first);
    expect(objects.get(storeKeys.manifest('metrics', 'a'))).toBe(stands);
  });

  it('is damaged where it comes so again', async () => {
    const { store, log } = await storeWith(shortened(9));
    const blob = await store.putBlob('a blob');
    await expect(store.getBlob(blob)).rejects.toMatchObject({ type: failureTypes.corrupt });
    expect(reads(log)).toBe(2);
  });

  it.each<[string, Record<string, string>]>([
    ['of an object sent in parts', { etag: '"0123456789abcdef0123456789abcdef-2"' }],
    ['of an encrypted object', { 'x-amz-server-side-encryption': 'aws:kms' }],
  ])('is not seen by an ETag %s, which is no MD5', async (_, headers) => {
    const { store, log } = await storeWith(shortened(9, headers));
    await store.putObjectIfAbsent('llm/reply', 'a paid reply');
    await store.getObject('llm/reply');
    expect(reads(log)).toBe(1);
  });
});

describe('a download', () => {
  const size = 200_000;
  const fetched = async (habit: Habit) => {
    const { store, log } = await storeWith(habit);
    const folder = await temporaryFolder();
    const data = randomFillSync(Buffer.alloc(size));
    await writeFile(join(folder, 'sent'), data);
    const blob = await store.putFile(join(folder, 'sent'));
    const got = await store.getFile(blob, join(folder, 'got')).then(
      async () => (await readFile(join(folder, 'got'))).equals(data),
      (error: unknown) => error,
    );
    return { got, reads: reads(log) };
  };
  /** The first answers are these bytes instead. */
  const altered =
    (times: number, alter: (found: Buffer) => Buffer): Habit =>
    ({ method, key, count, response }, objects) => {
      const found = objects.get(key);
      if (method !== 'GET' || !found || count > times) return false;
      response.writeHead(200, { etag: md5(found) }).end(alter(found));
      return true;
    };
  const flipped = (found: Buffer): Buffer =>
    Buffer.concat([found.subarray(0, size - 1), Buffer.from([(found[size - 1] ?? 0) ^ 1])]);
  const followed = (found: Buffer): Buffer => Buffer.concat([found, Buffer.from('<html>gateway</html>')]);

  it.each([
    ['a byte changed on the way', flipped],
    ['words of a proxy behind it', followed],
  ])('with %s is made again, and damaged where it comes so again', async (_, alter) => {
    expect(await fetched(altered(1, alter))).toEqual({ got: true, reads: 2 });
    expect(await fetched(altered(9, alter))).toMatchObject({ got: { type: failureTypes.corrupt }, reads: 2 });
  });

  it('that breaks off behind its last byte is whole', async () => {
    const habit: Habit = ({ method, key, response }, objects) => {
      const found = objects.get(key);
      if (method !== 'GET' || !found) return false;
      response.writeHead(200, { etag: md5(found) }).write(found, () => setTimeout(() => response.destroy(), 50));
      return true;
    };
    expect(await fetched(habit)).toEqual({ got: true, reads: 1 });
  });
});

describe('an error under status 200', () => {
  it('is no object', async () => {
    const { store } = await storeWith(({ method, response }) => {
      if (method !== 'GET') return false;
      response.writeHead(200, { 'content-type': 'application/xml' }).end(errorOf('InternalError'));
      return true;
    });
    await expect(store.getObject('llm/reply')).rejects.toMatchObject({ type: failureTypes.unavailable });
  });

  const ends = ({ method, query }: Asked): boolean => method === 'POST' && query.has('uploadId');
  it.each([
    ['before it was done', false],
    ['after it was done', true],
  ])('at the end of an upload in parts, %s, is asked for again', async (_, done) => {
    let failures = 1;
    const { store, objects, log } = await storeWith((asked) => {
      if (!ends(asked) || failures-- <= 0) return false;
      const error = `<?xml version="1.0"?>\n   \n${errorOf('InternalError').replace(/^<\?.*?\?>/, '')}`;
      const { response } = asked;
      if (!done) {
        asked.request.resume().on('end', () => response.writeHead(200).end(error));
        return true;
      }
      // The bucket does it, and its answer becomes the error.
      const end = response.end.bind(response);
      response.end = ((): typeof response => end(error)) as typeof response.end; // whatever it was to say
      return false;
    });
    const path = join(await temporaryFolder(), 'weights');
    const data = randomFillSync(Buffer.alloc(17 * 2 ** 20));
    await writeFile(path, data);
    const blob = await store.putFile(path);
    expect(objects.get(storeKeys.blob(blob.sha256))?.equals(data)).toBe(true);
    expect(log.filter((line) => line.startsWith('POST')).length).toBeGreaterThan(2);
  });
});

it('a listing at its end is over, whatever it names to go on with', async () => {
  const { store, log } = await storeWith(({ method, key, response }) => {
    if (method !== 'GET' || key !== '') return false;
    const page = listed(['manifests/metrics/a.json'], 'again').replace('>true<', '>false<');
    response.end(page);
    return true;
  });
  expect(await store.keys('metrics', '')).toEqual(['a']);
  expect(log).toHaveLength(1);
});
