import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { renewableCredentials } from '../../../activities/store/credentials.ts';
import { createS3Client, createS3Store } from '../../../activities/store/s3.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { startRefusingS3 } from '../../support/refusing-s3.ts';

const expired = { status: 403, code: 'ExpiredToken' };

it('a store takes the credentials of a file that was renewed while the process runs', async () => {
  const file = join(await temporaryFolder(), 'credentials');
  const write = (id: string): Promise<void> =>
    writeFile(file, `[default]\naws_access_key_id=${id}\naws_secret_access_key=x\naws_session_token=y\n`);
  await write('old');
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  onTestFinished(() => void vi.unstubAllEnvs());

  let valid = 'old';
  const { settings, objects } = await startRefusingS3((_method, _key, id) => (id === valid ? null : expired));
  const store = createS3Store(createS3Client(settings, renewableCredentials(20)), settings);
  await store.putBlob('first');
  valid = 'new';
  await expect(store.putBlob('second')).rejects.toMatchObject({ refusal: 'mendable' });
  await write('new');
  await sleep(40);
  await store.putBlob('second');
  expect(objects.size).toBe(2);
});
