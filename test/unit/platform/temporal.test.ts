/** What is wrong with Temporal's settings before any server is asked. */
import { afterEach, expect, it, vi } from 'vitest';
import { failureTypes } from '../../../domain/failures.ts';
import { connectClient, isTemporalNamed } from '../../../platform/temporal.ts';

afterEach(() => vi.unstubAllEnvs());

it.each(['sec\nret', '“secret”'])('an API key %j is told without being shown', async (key) => {
  vi.stubEnv('TEMPORAL_ADDRESS', '127.0.0.1:1');
  vi.stubEnv('TEMPORAL_API_KEY', key);
  const error = await connectClient({ temporal: { address: undefined, local: false }, payloadCodec: null }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ type: failureTypes.userMistake, message: expect.stringContaining('the API key has') });
  expect(String(error)).not.toMatch(/sec\nret|secret/);
});

it('an address or a key that is empty is none', async () => {
  const names = ['ADDRESS', 'API_KEY', 'NAMESPACE', 'TLS', 'TLS_CLIENT_CERT_PATH', 'PROFILE'];
  for (const name of names) vi.stubEnv(`TEMPORAL_${name}`, '');
  vi.stubEnv('TEMPORAL_CONFIG_FILE', '/nowhere.toml');
  expect(isTemporalNamed()).toBe(false);
  vi.stubEnv('TEMPORAL_ADDRESS', '127.0.0.1:1\r');
  const place = { temporal: { address: undefined, local: false }, payloadCodec: null };
  // Without TLS, which the library takes an empty key for.
  await expect(connectClient(place)).rejects.toThrow(/^Temporal at 127\.0\.0\.1:1 cannot be reached; .*ECONNREFUSED/);
});
