/** A model behind an endpoint that takes its time: the share of concurrency ÷ latency that an evaluation comes to. */
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import sharp from 'sharp';
import { openAnswerBook } from '../../activities/answers/answer-book.ts';
import { askAll } from '../../activities/answers/ask-all.ts';
import { createEndpointRunner } from '../../activities/inference/endpoint-runner.ts';
import { createEndpointClient } from '../../activities/llm/endpoint.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { createMemoryStore } from '../../activities/store/memory.ts';
import { createS3Store } from '../../activities/store/s3.ts';
import { startServices } from '../../cli/machine/services.ts';
import type { Answerer, AskedItem } from '../../domain/answers/answer.ts';
import { digestOf } from '../../domain/artifact.ts';
import type { LlmSettings } from '../../domain/llm-settings.ts';
import { readEnvironment } from '../../platform/env.ts';
import { withBucket } from '../common/bucket.ts';
import { benchLogger } from '../common/logger.ts';
import { median } from '../common/median.ts';

interface Plan {
  requests: number;
  concurrency: number;
  latencyMs: number;
  repeats: number;
}

const side = 448;
const questionsPerPicture = 4;

export async function compareEndpoint(folder: string, plan: Plan): Promise<void> {
  const { requests, concurrency, latencyMs } = plan;
  const program = join(import.meta.dirname, '../llm/server.ts');
  const endpoint = execa(process.execPath, [program, String(latencyMs)]);
  endpoint.catch(() => {}); // it is ended below
  const [port] = await once(createInterface(endpoint.stdout), 'line');
  const images = join(folder, 'endpoint-images');
  await mkdir(images);
  const noise = { type: 'gaussian', mean: 128, sigma: 6 } as const;
  let bytes = 0;
  const pictures = Math.ceil(requests / questionsPerPicture);
  for (let i = 0; i < pictures; i++) {
    const picture = sharp({ create: { width: side, height: side, channels: 3, background: 'tan', noise } }).blur(2);
    bytes += (await picture.png().toFile(join(images, `${i}.png`))).size;
  }
  const { stack, environment } = await startServices(benchLogger(), { roles: [] });
  try {
    const settings: LlmSettings = {
      ...readEnvironment({}).llm,
      ...{ provider: 'openai-compatible', baseUrl: `http://127.0.0.1:${port}/v1`, model: 'bench', concurrency },
    };
    console.log(
      `\n${requests} items about ${pictures} pictures of ${Math.round(bytes / pictures / 1024)} KiB, ${concurrency} at a time, each answered after ${latencyMs} ms; 100 % is concurrency ÷ latency, ${idealOf(plan).toFixed(0)} answers/s`,
    );
    const memory = await measure('store in memory', plan, settings, images, createMemoryStore());
    const s3 = await withBucket(environment.s3, (client, bucket) =>
      measure('S3', plan, settings, images, createS3Store(client, bucket)),
    );
    console.log(
      `the store's share: ${(memory.share - s3.share).toFixed(1)} points, ${(s3.cpu - memory.cpu).toFixed(2)} ms of processor an answer`,
    );
  } finally {
    endpoint.kill();
    await stack.stop();
  }
}

const pictureOf = (item: number): string => `${Math.floor(item / questionsPerPicture)}.png`;

/** Answers a second. */
const idealOf = ({ concurrency, latencyMs }: Plan): number => concurrency / (latencyMs / 1_000);

async function measure(name: string, plan: Plan, settings: LlmSettings, images: string, store: ArtifactStore) {
  const shares: number[] = [];
  const cpu: number[] = [];
  for (let repeat = 0; repeat < plan.repeats; repeat++) {
    const before = process.cpuUsage();
    const ms = await evaluate(`${name} ${repeat}`, plan, settings, images, store);
    const { user, system } = process.cpuUsage(before);
    shares.push((100 * plan.requests) / (ms / 1_000) / idealOf(plan));
    cpu.push((user + system) / 1_000 / plan.requests);
  }
  const each = shares.map((share) => share.toFixed(1)).join(', ');
  console.log(
    `${name.padEnd(16)} ${median(shares).toFixed(1)} % of concurrency ÷ latency (each: ${each}); processor ${median(cpu).toFixed(2)} ms an answer`,
  );
  return { share: median(shares), cpu: median(cpu) };
}

/** From the first question to the last kept answer, in milliseconds. */
async function evaluate(salt: string, plan: Plan, settings: LlmSettings, images: string, store: ArtifactStore) {
  const answerer: Answerer = {
    ...{ model: { salt }, runtime: 'endpoint', precision: null },
    decoding: { maxNewTokens: 64, temperature: 0, seed: 0 },
  };
  const items = Array.from(
    { length: plan.requests },
    (_, i): AskedItem => ({
      ...{ id: String(i), system: null, prompt: `${i}: What type of abnormality is present in this image?` },
      image: { sha256: digestOf(pictureOf(i)), bytes: 0, width: side, height: side },
    }),
  );
  const book = await openAnswerBook(store, answerer);
  const begun = performance.now();
  await askAll(book, {
    ...{ answerer, items, shown: 'real', samples: 1, batchSize: 1 },
    signal: new AbortController().signal,
    onProgress: () => {},
    imageFile: ({ id }) => pictureOf(Number(id)),
    open: async () => {
      const connect: Parameters<typeof createEndpointRunner>[0]['connect'] = (loadImage) =>
        createEndpointClient(settings, { loadImage });
      return { images, runner: createEndpointRunner({ connect, concurrency: plan.concurrency }) };
    },
  });
  return performance.now() - begun;
}
