/**
 * `npm run bench retention -- --manifests 100000`: seconds and requests of what the end of a stretch does to old
 * checkpoints, in a bucket of SeaweedFS (its own server, on this machine) that holds so many manifests of other runs.
 */
import { parseArgs } from 'node:util';
import { concurrently } from '../activities/concurrently.ts';
import { retireCheckpoints } from '../activities/training/retention.ts';
import { checkpointKey } from '../domain/names.ts';
import { startS3Server } from '../test/support/s3.ts';
import { readCount } from './common/arguments.ts';
import { benchLogger } from './common/logger.ts';

const writesInFlight = 32;
/** What a stage of the paper's plan has stored when a stretch of 500 steps ends: one every 50 steps. */
const checkpoints = 10;

export default async function retention(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { manifests: { type: 'string', default: '100000' } } });
  const manifests = readCount('--manifests', values.manifests);
  const server = await startS3Server();
  try {
    const store = server.newStore();
    const about = { method: 'bench/1', params: {}, files: {}, facts: {} };
    const begun = performance.now();
    await concurrently(numbersBelow(manifests), writesInFlight, (i) =>
      store.commit({
        kind: 'metrics',
        key: `other-${i}`,
        ...about,
        inputs: { checkpoint: i.toString(16).padStart(64, '0') },
      }),
    );
    console.log(`${manifests} manifests written in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    await timeStretchEnd(server, store, 'first', 'the first in the life of the bucket, which reads them all once');
    await timeStretchEnd(server, store, 'second', 'every further one');
  } finally {
    await server.remove();
  }
}

function* numbersBelow(count: number): Generator<number> {
  for (let i = 0; i < count; i += 1) yield i;
}

async function timeStretchEnd(
  { client }: Awaited<ReturnType<typeof startS3Server>>,
  store: Parameters<typeof retireCheckpoints>[0],
  stageKey: string,
  what: string,
): Promise<void> {
  for (let step = 1; step <= checkpoints; step += 1) {
    const state = await store.putBlob(new Uint8Array(2 ** 20).fill(step));
    const about = { kind: 'checkpoint', key: checkpointKey(stageKey, step), method: 'bench/1' } as const;
    await store.commit({ ...about, inputs: {}, params: {}, facts: {}, files: { 'optimizer.pt': state } });
  }
  let requests = 0;
  client.middlewareStack.add(
    (next) => (input) => {
      requests += 1;
      return next(input);
    },
    { step: 'finalizeRequest', name: stageKey },
  );
  const begun = performance.now();
  const removed = await retireCheckpoints(store, stageKey, benchLogger());
  const seconds = (performance.now() - begun) / 1000;
  client.middlewareStack.remove(stageKey);
  console.log(
    `${seconds.toFixed(2)} s and ${requests} requests for the end of a stretch, ${what}; ${removed.length} checkpoints went`,
  );
}
