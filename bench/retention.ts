/**
 * `npm run bench retention -- --manifests 100000 [--earlier]`: seconds and requests of what the end of a stretch does to old
 * checkpoints, in a bucket of SeaweedFS (its own server, on this machine) that holds so many manifests of other runs. These
 * are written past S3, which would take ten minutes: both copies of each, and the name of its input. `--earlier` measures
 * the first end of a stretch in a bucket of an earlier version, which reads them all, too: minutes.
 */
import { parseArgs } from 'node:util';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { concurrently } from '../activities/concurrently.ts';
import { retireCheckpoints } from '../activities/training/retention.ts';
import { canonicalJson, digestOf } from '../domain/artifact.ts';
import { checkpointKey, storeKeys } from '../domain/names.ts';
import { startS3Server } from '../test/support/s3.ts';
import { readCount } from './common/arguments.ts';
import { openFiler } from './common/filer.ts';
import { benchLogger } from './common/logger.ts';

const writesInFlight = 64;
/** What a stage of the paper's plan has stored when a stretch of 500 steps ends: one every 50 steps. */
const checkpoints = 10;

export default async function retention(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { manifests: { type: 'string', default: '100000' }, earlier: { type: 'boolean', default: false } },
  });
  const manifests = readCount('--manifests', values.manifests);
  const server = await startS3Server();
  try {
    const store = server.newStore();
    await timeStretchEnd(server, store, 'a', 'in a new bucket');
    const filer = openFiler(server.filerPort, server.settings.bucket);
    const begun = performance.now();
    await concurrently(numbersBelow(manifests), writesInFlight, async (i) => {
      for (const [key, content] of objectsOf(i)) await filer.write(key, content);
    });
    filer.close();
    console.log(`${manifests} manifests written in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    const found = (await store.keys('metrics', '')).length;
    if (found !== manifests || (await store.read('metrics', `other-${manifests - 1}`)) === null)
      throw new Error(`of ${manifests} manifests S3 lists ${found}`);
    await timeStretchEnd(server, store, 'b', `among ${manifests} manifests`);
    if (values.earlier) {
      const Key = storeKeys.namesComplete;
      await server.client.send(new DeleteObjectCommand({ Bucket: server.settings.bucket, Key }));
      await timeStretchEnd(
        server,
        store,
        'c',
        'the first in a bucket of an earlier version, which reads them all once',
      );
    }
  } finally {
    await server.remove();
  }
}

/** What `commit` writes for the metrics of a stretch. */
function objectsOf(i: number): [key: string, content: Uint8Array][] {
  const [kind, key, checkpoint] = ['metrics' as const, `other-${i}`, i.toString(16).padStart(64, '0')];
  const inputs = { checkpoint };
  const text = canonicalJson({ schema: 1, kind, key, method: 'bench/1', inputs, params: {}, files: {}, facts: {} });
  const bytes = Buffer.from(text);
  const sha256 = digestOf(text);
  return [
    [storeKeys.manifestByDigest(sha256), bytes],
    [storeKeys.name(checkpoint, sha256), new Uint8Array()],
    [storeKeys.manifest(kind, key), bytes],
  ];
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
