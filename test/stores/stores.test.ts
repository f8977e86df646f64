/** `npm run test:stores -- [name …]`: the contract over servers that npm test does not install. */
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeStore } from '../../activities/store/probe.ts';
import { createS3Store, ensureBucket } from '../../activities/store/s3.ts';
import { failureTypes } from '../../domain/failures.ts';
import { describeS3Contract } from '../support/s3-contract.ts';
import { describeStoreContract } from '../support/store-contract.ts';
import { type RunningStore, startStore } from './running.ts';
import { servers } from './servers.ts';

const wanted = (process.env.DERMFLOW_TEST_STORES ?? '').split(' ').filter((name) => name !== '');

describe.each(Object.entries(servers).filter(([name]) => wanted.length === 0 || wanted.includes(name)))(
  '%s',
  (name, server) => {
    let running: RunningStore;
    beforeAll(async () => {
      running = await startStore(name, server);
      await ensureBucket(running.client, running.settings);
    }, 30 * 60_000);
    afterAll(() => running?.remove());

    if (server.refused) {
      it('is refused by name at the start', () =>
        expect(probeStore(running.client, running.settings)).rejects.toMatchObject({
          type: failureTypes.userMistake,
          message: expect.stringMatching(server.refused ?? ''),
        }));
      return;
    }
    describeS3Contract(name, () => running, server.deviations);
    describeStoreContract(name, () => ({
      newStore: () => createS3Store(running.client, running.settings),
      async damage(key, data) {
        const at = { Bucket: running.settings.bucket, Key: key };
        await running.client.send(data ? new PutObjectCommand({ ...at, Body: data }) : new DeleteObjectCommand(at));
      },
    }));
  },
);
