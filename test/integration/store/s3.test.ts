import { createServer } from 'node:net';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import getPort from 'get-port';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createS3Client, createS3Store, ensureBucket } from '../../../activities/store/s3.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { type S3Server, startS3Server } from '../../support/s3.ts';
import { describeS3Contract } from '../../support/s3-contract.ts';
import { describeStoreContract } from '../../support/store-contract.ts';

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server.remove());

describeStoreContract('SeaweedFS', () => ({
  newStore: () => server.newStore(),
  async damage(key, data) {
    const at = { Bucket: server.settings.bucket, Key: key };
    await server.client.send(data ? new PutObjectCommand({ ...at, Body: data }) : new DeleteObjectCommand(at));
  },
}));

// Keys are listed in no order that anybody relies on; below one there are no others.
describeS3Contract('SeaweedFS', () => server, ['a key and what lies below it are two objects, in the order of bytes']);

describe('an S3 store that cannot work says why', () => {
  it('names the address of a server that is not there', async () => {
    const endpoint = `http://127.0.0.1:${await getPort()}`;
    const settings = { ...server.settings, endpoint };
    const client = createS3Client(settings, server.secrets);
    const message = `S3 at ${endpoint}, bucket dermflow cannot be reached; start it or set DERMFLOW_S3_ENDPOINT`;
    const failure = { type: failureTypes.unavailable, message };
    await expect(ensureBucket(client, settings)).rejects.toMatchObject(failure);
    await expect(createS3Store(client, settings).find('metrics', 'x')).rejects.toMatchObject(failure);
  });

  it('takes a server that hangs up for one that is away', async () => {
    const rude = createServer((socket) => socket.destroy());
    await new Promise<void>((listening) => rude.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void rude.close());
    const address = rude.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const settings = { ...server.settings, endpoint: `http://127.0.0.1:${port}` };
    const client = createS3Client(settings, server.secrets);
    await expect(createS3Store(client, settings).putBlob('x')).rejects.toMatchObject({
      type: failureTypes.unavailable,
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });

  it('says which variables hold the credentials, when there are none or they are wrong', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('HOME', '/nowhere');
    onTestFinished(() => void vi.unstubAllEnvs());
    const failure = {
      type: failureTypes.userMistake,
      message: expect.stringContaining('set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'),
    };
    await expect(ensureBucket(createS3Client(server.settings), server.settings)).rejects.toMatchObject(failure);
    const wrong = createS3Client(server.settings, { accessKeyId: 'nobody', secretAccessKey: 'nothing' });
    await expect(ensureBucket(wrong, server.settings)).rejects.toMatchObject(failure);
  });

  it('makes its bucket where there is none', async () => {
    const settings = { ...server.settings, bucket: 'another' };
    await ensureBucket(server.client, settings);
    await ensureBucket(server.client, settings);
    expect(await createS3Store(server.client, settings).find('metrics', 'x')).toBeNull();
  });
});
