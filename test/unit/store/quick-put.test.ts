/** Small conditional writes: one plain request where all is well, the SDK's patience and words where it is not. */
import { expect, it } from 'vitest';
import { createS3Client, createS3Store } from '../../../activities/store/s3.ts';
import { failureTypes } from '../../../domain/failures.ts';
import { anyCredentials, type Habit, startFakeS3 } from '../../support/fake-s3.ts';

async function storeWith(habit: Habit) {
  const server = await startFakeS3(habit);
  const store = createS3Store(createS3Client(server.settings, anyCredentials, 400), server.settings, 400);
  return { store, log: server.log };
}

it('is one request, and one for the writer that comes second', async () => {
  const { store, log } = await storeWith(() => false);
  expect(await store.putObjectIfAbsent('llm/reply', 'first')).toBe(true);
  expect(await store.putObjectIfAbsent('llm/reply', 'second')).toBe(false);
  expect(log.filter((line) => line.startsWith('PUT'))).toHaveLength(2);
});

it('that is refused once is made again; always, it counts as away', async () => {
  let refusals = 1;
  const { store } = await storeWith(({ method, response }) => {
    if (method !== 'PUT' || refusals-- <= 0) return false;
    response.writeHead(503).end();
    return true;
  });
  expect(await store.putObjectIfAbsent('llm/reply', 'a paid reply')).toBe(true);
  refusals = Number.POSITIVE_INFINITY;
  await expect(store.putObjectIfAbsent('llm/other', 'x')).rejects.toMatchObject({ type: failureTypes.unavailable });
});
