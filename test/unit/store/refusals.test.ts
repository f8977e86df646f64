import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { probeStore } from '../../../activities/store/probe.ts';
import { refusalOf } from '../../../activities/store/refusals.ts';
import { createS3Client, createS3Store, ensureBucket } from '../../../activities/store/s3.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { anyCredentials, type Refused, startRefusingS3 } from '../../support/refusing-s3.ts';

/** A store whose server answers every `PUT` so, asked once by the SDK. */
async function refusing(refused: Refused, methods = ['PUT']) {
  const { settings } = await startRefusingS3((method) => (methods.includes(method) ? refused : null));
  const { endpoint = '', region } = settings;
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: anyCredentials, maxAttempts: 1 });
  return { client, settings, store: createS3Store(client, settings) };
}

const waited = failureTypes.unavailable;
const final = failureTypes.userMistake;

describe('a store that refuses an upload', () => {
  it.each<[number, string | undefined, string, string, RegExp]>([
    [403, 'ExpiredToken', waited, 'mendable', /renew what the credentials come from/],
    [400, 'ExpiredToken', waited, 'mendable', /renew what the credentials come from/],
    [400, 'TokenRefreshRequired', waited, 'mendable', /renew/],
    [403, 'InvalidAccessKeyId', waited, 'mendable', /AWS_ACCESS_KEY_ID/],
    [404, 'XAdminUserNotFound', waited, 'mendable', /AWS_ACCESS_KEY_ID/],
    [403, 'SignatureDoesNotMatch', waited, 'mendable', /AWS_SECRET_ACCESS_KEY/],
    [403, 'AccessDenied', waited, 'mendable', /allow these credentials/],
    [403, undefined, waited, 'mendable', /allow these credentials/],
    [401, undefined, waited, 'mendable', /AWS_ACCESS_KEY_ID/],
    [403, 'RequestTimeTooSkewed', waited, 'mendable', /clock right/],
    [403, 'QuotaExceeded', waited, 'mendable', /free space in the store or raise its quota/],
    [400, 'XMinioAdminBucketQuotaExceeded', waited, 'mendable', /quota/],
    [507, 'XMinioStorageFull', waited, 'mendable', /free space/],
    [507, undefined, waited, 'mendable', /free space/],
    [404, 'NoSuchBucket', waited, 'mendable', /create the bucket again/],
    [503, 'SlowDown', waited, 'away', /nothing need be done/],
    [429, undefined, waited, 'away', /nothing need be done/],
    [400, 'RequestTimeout', waited, 'away', /nothing need be done/],
    [500, 'InternalError', waited, 'away', /its log says why/],
    [502, undefined, waited, 'away', /its log says why/],
    [418, 'NeverHeardOf', final, 'final', /does not accept this request/],
    [400, 'EntityTooLarge', final, 'final', /limit on the size/],
    [413, undefined, final, 'final', /limit on the size/],
    [400, 'InvalidRequest', final, 'final', /does not accept this request/],
    [501, 'NotImplemented', final, 'final', /use another one \(DERMFLOW_S3_ENDPOINT\)/],
    [405, 'MethodNotAllowed', final, 'final', /use another one/],
    [400, 'AuthorizationHeaderMalformed', final, 'final', /DERMFLOW_S3_REGION/],
  ])('%i %s: %s, %s', async (status, code, type, refusal, remedy) => {
    const { store, settings } = await refusing({ status, ...(code ? { code, message: 'in  its\nown words' } : {}) });
    const error = await store.putBlob('weights').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ type, refusal, message: expect.stringMatching(remedy) });
    expect(error).toHaveProperty(
      'message',
      expect.stringContaining(`${settings.endpoint}, bucket dermflow answered ${status}`),
    );
    if (code) expect(error).toHaveProperty('message', expect.stringContaining(`${code}, "in its own words"`));
  });

  it.each([
    ['ConditionalRequestConflict', 409],
    ['OperationAborted', 409],
    ['BadDigest', 400],
    [undefined, 409],
  ])('for a moment (%s) is asked again at once', async (code, status) => {
    let refusals = 0;
    const refused = { status, ...(code ? { code } : {}) };
    const { settings, objects } = await startRefusingS3((method) =>
      method === 'PUT' && ++refusals <= 2 ? refused : null,
    );
    const store = createS3Store(createS3Client(settings, anyCredentials), settings);
    await store.putBlob('weights');
    expect(await store.putObjectIfAbsent('llm/a', 'x')).toBe(true);
    expect([refusals, objects.size]).toEqual([4, 2]);
  });

  it('forever in that way counts as away', async () => {
    const { store } = await refusing({ status: 409, code: 'OperationAborted' });
    await expect(store.putBlob('weights')).rejects.toMatchObject({ type: waited, refusal: 'again' });
  });

  it('because its bucket is gone has not lost single objects', async () => {
    const { store } = await refusing({ status: 404, code: 'NoSuchBucket' }, ['GET']);
    await expect(store.find('metrics', 'x')).rejects.toMatchObject({ refusal: 'mendable' });
  });

  it('at the start of a process is for whoever started it to mend', async () => {
    const none = await refusing({ status: 403, code: 'AccessDenied' }, ['HEAD', 'GET', 'PUT']);
    await expect(ensureBucket(none.client, none.settings)).rejects.toMatchObject({ type: final });
    const readOnly = await refusing({ status: 403, code: 'AccessDenied' }, ['PUT']);
    await ensureBucket(readOnly.client, readOnly.settings);
    await expect(probeStore(readOnly.client, readOnly.settings)).rejects.toMatchObject({ type: final });
  });
});

describe('refusalOf', () => {
  const network = (code: string) => Object.assign(new Error('in its own words'), { code });
  it.each([
    ['ECONNRESET', 'away'],
    ['ENETUNREACH', 'away'],
    ['HPE_INVALID_CONSTANT', 'away'],
    ['CERT_HAS_EXPIRED', 'mendable'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'mendable'],
  ])('%s: %s, however deep', (code, refusal) => {
    const error = new Error('request failed', { cause: new AggregateError([new Error('x'), network(code)]) });
    expect(refusalOf(error, 'S3')).toMatchObject({ refusal, type: waited });
  });

  it.each(['CredentialsProviderError', 'TokenProviderError'])('%s is mendable', (name) => {
    expect(refusalOf(Object.assign(new Error('no file'), { name }), 'S3')).toMatchObject({ refusal: 'mendable' });
  });

  it('leaves a defect and an error of the disk alone', () => {
    expect(refusalOf(new RangeError('defect'), 'S3')).toBeNull();
    expect(refusalOf(network('ENOSPC'), 'S3')).toBeNull();
    expect(refusalOf('text', 'S3')).toBeNull();
  });
});
