/** Stores that call themselves S3 and are not quite: each works, or is refused by name with what to do. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { probeStore } from '../../../activities/store/probe.ts';
import { createS3Client, createS3Store, ensureBucket, type S3Settings } from '../../../activities/store/s3.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { errorOf, type Habit, startFakeS3 } from '../../support/fake-s3.ts';
import { anyCredentials, startRefusingS3 } from '../../support/refusing-s3.ts';

afterEach(() => vi.unstubAllEnvs());

const refusing =
  (fits: (asked: Parameters<Habit>[0]) => boolean): Habit =>
  (asked) => {
    if (!fits(asked)) return false;
    asked.request
      .resume()
      .on('end', () => asked.response.writeHead(501).end('<Error><Code>NotImplemented</Code></Error>'));
    return true;
  };

const ignoring =
  (header: string): Habit =>
  ({ headers }) => {
    delete headers[header];
    return false;
  };

/** Answers so to each reading of an object that is there. */
const ofObjects =
  (status: number, text = ''): Habit =>
  ({ method, key, response }, objects) => {
    if (method !== 'GET' || !objects.has(key)) return false;
    response.writeHead(status, { etag: '"x"' }).end(text);
    return true;
  };

/** As at a worker's start. */
async function look(settings: S3Settings) {
  const client = createS3Client(settings, anyCredentials);
  await ensureBucket(client, settings);
  return probeStore(client, settings);
}
const refusedWith = (...words: string[]) => ({
  type: failureTypes.userMistake,
  message: expect.stringMatching(words.map((word) => `(?=.*${word})`).join('')),
});

describe('a store', () => {
  it('that ignores conditions is refused by name, and nothing stays in it', async () => {
    const { settings, objects } = await startFakeS3(({ headers }) => {
      delete headers['if-none-match'];
      return false;
    });
    await expect(look(settings)).rejects.toMatchObject(
      refusedWith(settings.endpoint ?? '', 'ignores If-None-Match', 'both would win', 'use a server that honours it'),
    );
    expect([...objects.keys()]).toEqual([]);
  });

  it('that cannot write conditionally is refused, not waited for', async () => {
    const { settings } = await startRefusingS3((method, _, __, headers) =>
      method === 'PUT' && headers['if-none-match'] === '*'
        ? { status: 501, code: 'NotImplemented', message: 'If-None-Match is not implemented' }
        : null,
    );
    await expect(look(settings)).rejects.toMatchObject(
      refusedWith('cannot write conditionally', 'DERMFLOW_S3_ENDPOINT', '"If-None-Match is not implemented"'),
    );
  });

  it.each([409, 304])('that tells by %i that the object is there works', async (status) => {
    const { settings } = await startFakeS3(({ method, headers, key, request, response }, objects) => {
      if (method !== 'PUT' || headers['if-none-match'] !== '*' || !objects.has(key)) return false;
      request.resume();
      response.writeHead(status).end(status === 409 ? errorOf('BlobAlreadyExists') : '');
      return true;
    });
    expect(await look(settings)).toEqual({ lacks: [] });
  });

  it('without checksums of requests is told the setting, and works with it', async () => {
    const { settings } = await startRefusingS3((_, __, ___, headers) =>
      headers['x-amz-checksum-crc32'] || headers['x-amz-sdk-checksum-algorithm']
        ? { status: 501, code: 'NotImplemented', message: "Header 'x-amz-checksum-crc32' not implemented" }
        : null,
    );
    await expect(look(settings)).rejects.toMatchObject(refusedWith('AWS_REQUEST_CHECKSUM_CALCULATION=when_required'));
    vi.stubEnv('AWS_REQUEST_CHECKSUM_CALCULATION', 'when_required');
    await expect(look(settings)).resolves.toBeDefined();
  });

  it('in another region is told with the region', async () => {
    const { settings } = await startRefusingS3((_, key) =>
      key === '' ? { status: 301, headers: { 'x-amz-bucket-region': 'eu-central-1' } } : null,
    );
    await expect(look(settings)).rejects.toMatchObject(refusedWith('set DERMFLOW_S3_REGION=eu-central-1'));
  });

  it('whose objects are allowed and whose bucket is not works', async () => {
    const { settings } = await startRefusingS3((_, key) => (key === '' ? { status: 403 } : null));
    await expect(look(settings)).resolves.toBeDefined();
  });

  it.each([
    [400, 'ExpiredToken', 'AWS_ACCESS_KEY_ID'],
    [403, 'RequestTimeTooSkewed', 'clock'],
  ])('that tells %i of a HEAD and nothing more is asked for its reason: %s', async (status, code, remedy) => {
    let refuses = true;
    const { settings } = await startFakeS3(({ method, request, response }) => {
      if (!refuses) return false;
      request.resume();
      response.writeHead(status).end(method === 'HEAD' ? '' : errorOf(code));
      return true;
    });
    const client = createS3Client(settings, anyCredentials);
    await expect(ensureBucket(client, settings)).rejects.toMatchObject(refusedWith(code, remedy));
    const path = join(await temporaryFolder(), 'weights');
    await writeFile(path, Buffer.alloc(100_000, 'w'));
    const store = createS3Store(client, settings);
    await expect(store.putFile(path)).rejects.toMatchObject({ refusal: 'mendable', type: failureTypes.unavailable });
    refuses = false;
    await store.putFile(path);
  });

  it('that allows neither is refused in words', async () => {
    const { settings } = await startRefusingS3(() => ({ status: 403 }));
    await expect(look(settings)).rejects.toMatchObject(refusedWith('allow these credentials'));
  });

  it.each(['SecondLevelDomainForbidden', 'PathStyleDomainForbidden'])(
    'that answers %s is told the setting',
    async (code) => {
      const { settings } = await startRefusingS3((method, key) =>
        method === 'PUT' && key !== '' ? { status: 403, code, message: 'Please use virtual hosted style.' } : null,
      );
      await expect(look(settings)).rejects.toMatchObject(refusedWith('DERMFLOW_S3_ADDRESSING=virtual'));
      const virtual = createS3Client({ ...settings, addressing: 'virtual' }, anyCredentials);
      expect(virtual.config.forcePathStyle).toBe(false);
      expect(createS3Client(settings, anyCredentials).config.forcePathStyle).toBe(true);
    },
  );

  const begun = (headers: Record<string, unknown>): boolean => headers['x-amz-checksum-algorithm'] !== undefined;
  it.each<[string, Habit, RegExp]>([
    [
      'without uploads in parts',
      refusing(({ method }) => method === 'POST'),
      /^files above 16 MiB cannot be stored: S3 .*501/,
    ],
    [
      'whose uploads in parts know no checksums',
      refusing(({ method, headers }) => method === 'POST' && begun(headers)),
      /^files above 16 MiB cannot be stored: set AWS_REQUEST_CHECKSUM_CALCULATION=when_required, with which they can/,
    ],
    [
      'that does not list unfinished uploads',
      refusing(({ method, key, query }) => method === 'GET' && key === '' && query.has('uploads')),
      /^unfinished uploads are not listed/,
    ],
    ['without ranges', ignoring('range'), /^ranges are ignored/],
  ])('%s works, and what it cannot do is said', async (_, habit, words) => {
    const { settings, objects } = await startFakeS3(habit);
    expect(await look(settings)).toEqual({ lacks: [expect.stringMatching(words)] });
    expect([...objects.keys()]).toEqual([]);
  });

  it('that can do all lacks nothing', async () => {
    const { settings } = await startFakeS3();
    expect(await look(settings)).toEqual({ lacks: [] });
  });

  it.each<[string, Habit, string]>([
    ['shows late what was written', ofObjects(404), 'does not show an object that was just written'],
    ['returns other bytes', ofObjects(200, 'something else'), 'returns other bytes than were written'],
  ])('that %s is refused by name', async (_, habit, words) => {
    const { settings } = await startFakeS3(habit);
    await expect(look(settings)).rejects.toMatchObject(refusedWith(settings.endpoint ?? '', words));
  });
});
