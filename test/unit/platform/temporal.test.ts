/** What is wrong with Temporal's settings before any server is asked. */
import { afterEach, expect, it, vi } from 'vitest';
import { failureTypes } from '../../../domain/failures.ts';
import { connectClient } from '../../../platform/temporal.ts';

afterEach(() => vi.unstubAllEnvs());

it.each(['secret\n', '“secret”'])('an API key %j is told without being shown', async (key) => {
  vi.stubEnv('TEMPORAL_ADDRESS', '127.0.0.1:1');
  vi.stubEnv('TEMPORAL_API_KEY', key);
  const error = await connectClient({ temporal: { address: undefined, local: false }, payloadCodec: null }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ type: failureTypes.userMistake, message: expect.stringContaining('the API key has') });
  expect(String(error)).not.toContain('secret');
});
