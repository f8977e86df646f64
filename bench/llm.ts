/**
 * `npm run bench llm`: how near a stage of many requests comes to concurrency ÷ latency, every reply stored before it
 * is used, and what of the rest is the store's. The baseline is the same stage with a store in memory.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { createEndpointClient } from '../activities/llm/endpoint.ts';
import type { ArtifactStore } from '../activities/ports/artifact-store.ts';
import { createMemoryStore } from '../activities/store/memory.ts';
import { createS3Store } from '../activities/store/s3.ts';
import { askAll } from '../activities/trajectories/ask.ts';
import { startServices } from '../cli/services.ts';
import type { LlmSettings } from '../domain/llm-settings.ts';
import { readEnvironment } from '../infra/env.ts';
import { readCount } from './common/arguments.ts';
import { withBucket } from './common/bucket.ts';
import { benchLogger } from './common/logger.ts';
import { median } from './common/median.ts';

export default async function llm(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      requests: { type: 'string', default: '2560' },
      concurrency: { type: 'string', default: '64' },
      latency: { type: 'string', default: '250' },
      repeats: { type: 'string', default: '3' },
    },
  });
  const requests = readCount('--requests', values.requests);
  const concurrency = readCount('--concurrency', values.concurrency);
  const latencyMs = readCount('--latency', values.latency);
  const repeats = readCount('--repeats', values.repeats);
  const endpoint = execa(process.execPath, [`${import.meta.dirname}/llm/server.ts`, String(latencyMs)]);
  endpoint.catch(() => {}); // it is ended below
  const [port] = await once(createInterface(endpoint.stdout), 'line');
  const stack = await startServices(benchLogger(), { roles: [] });
  try {
    const settings: LlmSettings = {
      ...readEnvironment({}).llm,
      ...{ provider: 'openai-compatible', baseUrl: `http://127.0.0.1:${port}/v1`, model: 'bench', concurrency },
    };
    const ideal = concurrency / (latencyMs / 1_000);
    console.log(
      `${requests} requests, ${concurrency} at a time, ${latencyMs} ms each: at most ${ideal.toFixed(0)} replies/s\n`,
    );
    const measure = (name: string, store: ArtifactStore): Promise<void> =>
      report(name, store, settings, { requests, repeats, ideal });
    await measure('store in memory', createMemoryStore());
    await withBucket((client, s3) => measure('S3', createS3Store(client, s3)));
  } finally {
    endpoint.kill();
    await stack.stop();
  }
}

async function report(
  name: string,
  store: ArtifactStore,
  settings: LlmSettings,
  { requests, repeats, ideal }: { requests: number; repeats: number; ideal: number },
): Promise<void> {
  const timed = timeStore(store);
  const rates: number[] = [];
  const cpu: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const cpuBefore = process.cpuUsage();
    const begun = performance.now();
    await ask(timed.store, settings, requests, `${name} ${repeat}`);
    const seconds = (performance.now() - begun) / 1_000;
    const { user, system } = process.cpuUsage(cpuBefore);
    rates.push(requests / seconds);
    cpu.push((user + system) / 1_000 / requests);
  }
  const rate = median(rates);
  const msPerReply = timed.ms() / (requests * repeats);
  const latencyMs = (1_000 * settings.concurrency) / ideal;
  console.log(
    `${name.padEnd(16)} ${rate.toFixed(0)} replies/s, ${((100 * rate) / ideal).toFixed(1)} % of concurrency ÷ latency (each: ${rates.map((each) => ((100 * each) / ideal).toFixed(1)).join(', ')})`,
  );
  console.log(
    `${''.padEnd(16)} store: ${msPerReply.toFixed(1)} ms a reply, ${((100 * msPerReply) / (msPerReply + latencyMs)).toFixed(1)} % of a reply's time; processor: ${median(cpu).toFixed(2)} ms a reply`,
  );
}

async function ask(store: ArtifactStore, settings: LlmSettings, requests: number, salt: string): Promise<void> {
  const { signal } = new AbortController();
  const llm = createEndpointClient(settings);
  const questions = Array.from({ length: requests }, (_, i) => ({
    id: String(i),
    request: {
      system: 'You are a concise, professional dermatology assistant.',
      user: `${salt} ${i}: Compare the two rules by visible clinical features. ${'Presence of a sign. '.repeat(12)}`,
      ...{ maxTokens: 240, temperature: 0.2, seed: 0 },
    },
    read: () => null,
  }));
  await askAll(questions, await llm.identify(signal), {
    ...{ store, llm, settings, signal, budget: {}, spent: [], onReply: () => {}, now: () => new Date() },
    run: { id: 'bench', execution: salt },
  });
}

/** Adds up the time that callers wait for the ledger's objects. */
function timeStore(store: ArtifactStore): { store: ArtifactStore; ms: () => number } {
  let ms = 0;
  const timed =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const begun = performance.now();
      try {
        return await work(...args);
      } finally {
        ms += performance.now() - begun;
      }
    };
  const getObject = timed((key: string) => store.getObject(key));
  const putObjectIfAbsent = timed((key: string, data: Uint8Array | string) => store.putObjectIfAbsent(key, data));
  return { store: { ...store, getObject, putObjectIfAbsent }, ms: () => ms };
}
