/** Stores that call themselves S3 and are not quite: each works, or is refused by name with what to do. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { probeStore } from '../../../activities/store/probe.ts';
import { createS3Client, createS3Store, ensureBucket, type S3Settings } from '../../../activities/store/s3.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { anyCredentials, startRefusingS3 } from '../../support/refusing-s3.ts';

afterEach(() => vi.unstubAllEnvs());

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
    const { settings, objects } = await startRefusingS3(() => null, { conditions: false });
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

  it('that allows neither is told so', async () => {
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

  it('without uploads in parts works, and what it cannot hold is said', async () => {
    const { settings } = await startRefusingS3(() => null);
    const { withoutParts } = await look(settings);
    expect(withoutParts).toMatch(/^files above 16 MiB cannot be stored: .*501/);
  });

  it('whose bytes stop coming is given up and counts as away', async () => {
    const { settings } = await startRefusingS3(() => null, { stalls: /^cas\// });
    const store = createS3Store(createS3Client(settings, anyCredentials, 200), settings);
    const blob = await store.putBlob('weights');
    await expect(store.getBlob(blob)).rejects.toMatchObject({ type: failureTypes.unavailable });
  });
});
