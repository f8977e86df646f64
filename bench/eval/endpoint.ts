/**
 * A model behind an endpoint that takes its time: the share of concurrency ÷ latency that an evaluation comes to, with
 * its pictures out of the store and its answers into it; beside it what `fetch` comes to that sends the same bytes and
 * does nothing else.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import sharp from 'sharp';
import { concurrently } from '../../activities/concurrently.ts';
import { withAnswers } from '../../activities/evaluation/ask-items.ts';
import { createEndpointRunner } from '../../activities/inference/endpoint-runner.ts';
import { createEndpointClient } from '../../activities/llm/endpoint.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { createS3Store } from '../../activities/store/s3.ts';
import { startServices } from '../../cli/machine/services.ts';
import type { Answerer, AskedItem } from '../../domain/answers/answer.ts';
import type { BlobRef } from '../../domain/artifact.ts';
import type { LlmSettings } from '../../domain/llm-settings.ts';
import { readEnvironment } from '../../platform/env.ts';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { withBucket } from '../common/bucket.ts';
import { benchLogger } from '../common/logger.ts';
import { median } from '../common/median.ts';

interface Plan {
  requests: number;
  concurrency: number;
  latencyMs: number;
  repeats: number;
  settings: LlmSettings;
  pictures: readonly Uint8Array[];
  scratch: string;
}

const side = 448;
const questionsPerPicture = 4;

/** @param scratch a folder of its own */
export async function compareEndpoint(
  scratch: string,
  {
    concurrencies,
    turns,
    latencyMs,
    repeats,
  }: Pick<Plan, 'latencyMs' | 'repeats'> & { concurrencies: readonly number[]; turns: number },
): Promise<void> {
  const program = join(import.meta.dirname, '../llm/server.ts');
  const endpoint = execa(process.execPath, [program, String(latencyMs)]);
  endpoint.catch(() => {}); // it is ended below
  const [port] = await once(createInterface(endpoint.stdout), 'line');
  const drawings: Uint8Array[] = [];
  while (drawings.length < (turns * Math.max(...concurrencies)) / questionsPerPicture) drawings.push(await drawn());
  const { stack, environment } = await startServices(benchLogger(), { roles: [] });
  try {
    for (const concurrency of concurrencies) {
      const settings: LlmSettings = {
        ...readEnvironment({}).llm,
        ...{ provider: 'openai-compatible', baseUrl: `http://127.0.0.1:${port}/v1`, model: 'bench', concurrency },
      };
      const requests = turns * concurrency;
      const pictures = drawings.slice(0, Math.ceil(requests / questionsPerPicture));
      const plan: Plan = { requests, concurrency, latencyMs, repeats, settings, pictures, scratch };
      const bytes = pictures.reduce((sum, { byteLength }) => sum + byteLength, 0);
      console.log(
        `\n${requests} items about ${pictures.length} pictures of ${Math.round(bytes / pictures.length / 1024)} KiB, ${concurrency} at a time, each answered after ${latencyMs} ms; 100 % is concurrency ÷ latency, ${idealOf(plan).toFixed(0)} answers/s. With fetching the pictures out of the store.`,
      );
      await measure('fetch alone', plan, () => sendBodies(plan));
      const memory = await measureStore('store in memory', plan, createMemoryStore());
      const s3 = await withBucket(environment.s3, (client, bucket) =>
        measureStore('S3', plan, createS3Store(client, bucket)),
      );
      console.log(
        `the store's share: ${(memory.share - s3.share).toFixed(1)} points, ${(s3.cpu - memory.cpu).toFixed(2)} ms of processor per answer`,
      );
    }
  } finally {
    endpoint.kill();
    await stack.stop();
  }
}

/** Noise, so that a PNG of it is as large as one of a photograph. */
function drawn(): Promise<Uint8Array> {
  const noise = { type: 'gaussian', mean: 128, sigma: 6 } as const;
  return sharp({ create: { width: side, height: side, channels: 3, background: 'tan', noise } })
    .blur(2)
    .png()
    .toBuffer();
}

/** Answers a second. */
const idealOf = ({ concurrency, latencyMs }: Plan): number => concurrency / (latencyMs / 1_000);

/** @param work of all requests; its result stands beside the numbers */
async function measure(name: string, plan: Plan, work: (repeat: number) => Promise<string>) {
  const shares: number[] = [];
  const cpu: number[] = [];
  let note = '';
  for (let repeat = 0; repeat < plan.repeats; repeat++) {
    const before = process.cpuUsage();
    const begun = performance.now();
    note = await work(repeat);
    const ms = performance.now() - begun;
    const { user, system } = process.cpuUsage(before);
    shares.push((100 * plan.requests) / (ms / 1_000) / idealOf(plan));
    cpu.push((user + system) / 1_000 / plan.requests);
  }
  const each = shares.map((share) => share.toFixed(1)).join(', ');
  console.log(
    `${name.padEnd(16)} ${median(shares).toFixed(1)} % of concurrency ÷ latency (each: ${each}); processor ${median(cpu).toFixed(2)} ms per answer${note}`,
  );
  return { share: median(shares), cpu: median(cpu) };
}

async function measureStore(name: string, plan: Plan, inner: ArtifactStore) {
  const blobs: BlobRef[] = [];
  for (const picture of plan.pictures) blobs.push(await inner.putBlob(picture));
  return measure(name, plan, async (repeat) => {
    let writes = 0;
    const putObjectIfAbsent: ArtifactStore['putObjectIfAbsent'] = (...args) => {
      writes += 1;
      return inner.putObjectIfAbsent(...args);
    };
    await evaluate(`${name} ${repeat}`, plan, blobs, { ...inner, putObjectIfAbsent });
    return `; ${(plan.requests / writes).toFixed(1)} answers per write`;
  });
}

/** What endpoint, kernel and `fetch` take by themselves: one body of the usual size, sent again and again. */
async function sendBodies({ requests, concurrency, settings, pictures }: Plan): Promise<string> {
  const picture = Buffer.from(pictures[0] ?? []).toString('base64');
  const body = Buffer.from(JSON.stringify({ model: 'bench', picture }));
  const headers = { 'content-type': 'application/json' };
  await concurrently(Array.from({ length: requests }), concurrency, async () => {
    const response = await fetch(`${settings.baseUrl}/chat/completions`, { method: 'POST', headers, body });
    await response.json();
  });
  return '';
}

/** From nothing asked to all answers kept. */
async function evaluate(
  salt: string,
  { requests, concurrency, settings, scratch }: Plan,
  blobs: readonly BlobRef[],
  store: ArtifactStore,
): Promise<void> {
  const answerer: Answerer = {
    ...{ model: { salt }, runtime: 'endpoint', precision: null },
    decoding: { maxNewTokens: 64, temperature: 0, seed: 0 },
  };
  const items = Array.from({ length: requests }, (_, i): AskedItem => {
    const blob = blobs[Math.floor(i / questionsPerPicture)];
    if (!blob) throw new RangeError('an item without a picture');
    return {
      ...{ id: String(i), system: null, prompt: `${i}: What type of abnormality is present in this image?` },
      image: { ...blob, width: side, height: side },
    };
  });
  const connect: Parameters<typeof createEndpointRunner>[0]['connect'] = (loadImage) =>
    createEndpointClient(settings, { loadImage });
  const folder = await mkdtemp(join(scratch, 'evaluation-'));
  const answers = await withAnswers(
    { answerer, open: async () => createEndpointRunner({ connect, concurrency }) },
    { items, shown: 'real', samples: 1, batchSize: 1 },
    folder,
    { store, signal: new AbortController().signal, onProgress: () => {} },
    async (answersOf) => items.map(answersOf),
  );
  if (answers.length !== requests) throw new RangeError(`${answers.length} answers to ${requests} items`);
  await rm(folder, { recursive: true });
}
