/** Connections on which bytes stop, or never come: each ends, is asked again, and the work goes on from there. */
import { randomFillSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createS3Client, createS3Store, transferSilenceMs } from '../../../activities/store/s3.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { storeKeys } from '../../../domain/names.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { type Asked, anyCredentials, bodyOf, type Habit, md5, startFakeS3 } from '../../support/fake-s3.ts';

const silence = 400;
/** For files whose digests alone hold up this process for longer. */
const longSilence = 1_500;
const mebibyte = 2 ** 20;

async function storeWith(habit: Habit, silenceOf = silence) {
  const server = await startFakeS3(habit);
  return {
    ...server,
    store: createS3Store(createS3Client(server.settings, anyCredentials, silenceOf), server.settings),
  };
}

async function fileOf(bytes: number) {
  const path = join(await temporaryFolder(), 'model.safetensors');
  const data = randomFillSync(Buffer.alloc(bytes));
  await writeFile(path, data);
  return { path, data };
}

/** The first request that fits does so; later ones are served. */
const once = (fits: (asked: Asked) => boolean, act: (asked: Asked, objects: Map<string, Buffer>) => void): Habit => {
  let met = false;
  return (asked, objects) => {
    if (met || !fits(asked)) return false;
    met = true;
    act(asked, objects);
    return true;
  };
};

const never = (): void => {};
const readsAll = ({ request }: Asked): void => void request.resume();
const firstHalf = ({ key, response }: Asked, objects: Map<string, Buffer>): void => {
  const found = objects.get(key) ?? Buffer.alloc(0);
  response.writeHead(200, { 'content-length': String(found.length), etag: md5(found) });
  response.write(found.subarray(0, found.length / 2));
};

it('ends every stalled connection within two minutes: 3 s until the SDK looks, and twice the silence', () =>
  expect(3_000 + 2 * transferSilenceMs).toBeLessThan(120_000));

describe('a download', () => {
  it.each<[string, (asked: Asked, objects: Map<string, Buffer>) => void, boolean]>([
    ['is never answered', never, false],
    [
      'is answered without a byte',
      ({ response }) => response.writeHead(200, { 'content-length': '9' }).flushHeaders(),
      false,
    ],
    ['stalls half-way', firstHalf, true],
    [
      'breaks off half-way',
      (asked, objects) => {
        firstHalf(asked, objects);
        setTimeout(() => asked.response.destroy(), 50);
      },
      true,
    ],
    [
      'ends half-way, in order',
      ({ key, response }, objects) => {
        const found = objects.get(key) ?? Buffer.alloc(0);
        response.writeHead(200, { etag: md5(found) }).end(found.subarray(0, found.length / 2));
      },
      true,
    ],
  ])('that %s is asked for again and goes on', async (_, act, halfThere) => {
    const ranges: (string | undefined)[] = [];
    const stalled = once(({ method, key }) => method === 'GET' && key.startsWith('cas/'), act);
    const { store } = await storeWith((asked, objects) => {
      if (asked.method === 'GET') ranges.push(asked.headers.range);
      return stalled(asked, objects);
    });
    const { path, data } = await fileOf(2 * mebibyte);
    const blob = await store.putFile(path);
    const copy = join(await temporaryFolder(), 'copy');
    await store.getFile(blob, copy);
    expect((await readFile(copy)).equals(data)).toBe(true);
    const [first, second] = ranges.map((range) => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0));
    expect(first).toBe(0);
    // What was on its way when a connection broke may be lost.
    if (halfThere) expect(second).toBeGreaterThan(mebibyte / 2);
    else expect(second).toBe(0);
  });

  it('that stalls in memory is asked for again', async () => {
    const { store } = await storeWith(once(({ method }) => method === 'GET', firstHalf));
    const blob = await store.putBlob('precious bytes');
    expect(new TextDecoder().decode(await store.getBlob(blob))).toBe('precious bytes');
  });

  it('from a server that ignores ranges starts over', async () => {
    const stalled = once(({ method }) => method === 'GET', firstHalf);
    const { store } = await storeWith((asked, objects) => {
      delete asked.headers.range;
      return stalled(asked, objects);
    });
    const { path, data } = await fileOf(mebibyte);
    const blob = await store.putFile(path);
    const copy = join(await temporaryFolder(), 'copy');
    await store.getFile(blob, copy);
    expect((await readFile(copy)).equals(data)).toBe(true);
  });

  it('that stalls each time ends, and counts as away', async () => {
    const begun = performance.now();
    const { store, log } = await storeWith((asked, objects) => {
      if (asked.method !== 'GET') return false;
      delete asked.headers.range;
      firstHalf(asked, objects);
      return true;
    });
    const { path } = await fileOf(1_000);
    const blob = await store.putFile(path);
    const copy = store.getFile(blob, join(await temporaryFolder(), 'copy'));
    await expect(copy).rejects.toMatchObject({ type: failureTypes.unavailable });
    expect(log.filter((line) => line.startsWith('GET')).length).toBeLessThan(10);
    expect(performance.now() - begun).toBeLessThan(30 * silence);
  });
});

describe('an upload', () => {
  const single = ({ method, key, query }: Asked): boolean =>
    method === 'PUT' && key.startsWith('cas/') && !query.has('partNumber');
  const partNumber = (number: number) => (asked: Asked) => asked.query.get('partNumber') === String(number);
  const query = (method: string, name: string) => (asked: Asked) => asked.method === method && asked.query.has(name);

  it.each<[string, number, Habit]>([
    ['whose bytes are not taken', mebibyte, once(single, never)],
    ['whose bytes are taken and not answered', mebibyte, once(single, readsAll)],
    ['whose first part is not taken', 17 * mebibyte, once(partNumber(1), never)],
    ['whose second part is not answered', 17 * mebibyte, once(partNumber(2), readsAll)],
    ['in parts whose begin is not answered', 17 * mebibyte, once(query('POST', 'uploads'), readsAll)],
    ['in parts whose end is not answered', 17 * mebibyte, once(query('POST', 'uploadId'), readsAll)],
    ['whose file is asked for by HEAD without an answer', mebibyte, once(({ method }) => method === 'HEAD', never)],
  ])('%s is sent again', async (_, bytes, habit) => {
    const { store, objects } = await storeWith(habit, bytes > 16 * mebibyte ? longSilence : silence);
    const { path, data } = await fileOf(bytes);
    const blob = await store.putFile(path);
    expect(objects.get(storeKeys.blob(blob.sha256))?.equals(data)).toBe(true);
  });

  it('that is never taken ends, and counts as away', async () => {
    const { store, log } = await storeWith((asked) => asked.method === 'PUT');
    const { path } = await fileOf(2 * mebibyte);
    await expect(store.putFile(path)).rejects.toMatchObject({ type: failureTypes.unavailable });
    expect(log.filter((line) => line.startsWith('PUT')).length).toBe(5);
  });

  it('on condition whose answer is lost was done by this writer, not by another', async () => {
    const lost: Habit = once(
      ({ method }) => method === 'PUT',
      ({ request, key }, objects) => void bodyOf(request).then((body) => objects.set(key, body)),
    );
    const { store } = await storeWith(lost);
    expect(await store.putObjectIfAbsent('llm/reply', 'a paid reply')).toBe(true);
    expect(await store.putObjectIfAbsent('llm/reply', 'a paid reply')).toBe(false);
  });
});
