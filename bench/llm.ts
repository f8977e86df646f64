/**
 * `npm run bench llm`: how near a stage of many requests comes to concurrency ÷ latency, every reply stored before it
 * is used, what of the rest is the store's, and whose processor time it takes. Beside it: the same requests by `fetch`
 * alone, which is what this machine and the endpoint in it can do at all, and the stage with a store in memory.
 */
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { concurrently } from '../activities/concurrently.ts';
import { type Asking, askAll, recognise } from '../activities/llm/asking/ask.ts';
import { createEndpointClient } from '../activities/llm/endpoint.ts';
import { patientFetch } from '../activities/llm/transport.ts';
import type { ArtifactStore } from '../activities/ports/artifact-store.ts';
import type { LlmClient } from '../activities/ports/llm-client.ts';
import { createS3Store } from '../activities/store/s3.ts';
import { startServices } from '../cli/machine/services.ts';
import type { LlmRequest } from '../domain/llm.ts';
import type { LlmSettings } from '../domain/llm-settings.ts';
import { readEnvironment } from '../platform/env.ts';
import { createMemoryStore } from '../test/support/memory-store.ts';
import { readCount } from './common/arguments.ts';
import { withBucket } from './common/bucket.ts';
import { benchLogger } from './common/logger.ts';
import { median } from './common/median.ts';
import { processorMsOf } from './common/processor.ts';

interface Plan {
  requests: number;
  latencyMs: number;
  repeats: number;
  settings: LlmSettings;
  /** Processes whose processor time is shown beside this one's, by name. */
  others: Record<string, number>;
}

export default async function llm(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      requests: { type: 'string', default: '7680' },
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
  const { stack, environment } = await startServices(benchLogger(), { roles: [] });
  try {
    const settings: LlmSettings = {
      ...readEnvironment({}).llm,
      ...{ provider: 'openai-compatible', baseUrl: `http://127.0.0.1:${port}/v1`, model: 'bench', concurrency },
    };
    const others = { endpoint: endpoint.pid ?? 0, SeaweedFS: stack.supervisor.pids().s3 ?? 0 };
    const plan = { requests, latencyMs, repeats, settings, others };
    console.log(
      `${requests} requests, ${concurrency} at a time, each answered after ${latencyMs} ms.
100 % is concurrency ÷ latency, ${idealOf(plan).toFixed(0)} replies/s: an endpoint whose ${concurrency} places are never empty. From a stage's first
request to its last reply stored; the one call before, which asks who answers, is not in it.\n`,
    );
    await report('fetch alone', plan, (salt) => fetchAll(plan, salt));
    await measureStage('store in memory', plan, createMemoryStore());
    await withBucket(environment.s3, (client, s3) => measureStage('S3', plan, createS3Store(client, s3)));
  } finally {
    endpoint.kill();
    await stack.stop();
  }
}

/** Replies per second. */
const idealOf = ({ settings, latencyMs }: Plan): number => settings.concurrency / (latencyMs / 1_000);

/** @param work returns the milliseconds that it took */
async function report(name: string, plan: Plan, work: (salt: string) => Promise<number>): Promise<void> {
  const { requests, repeats } = plan;
  const shares: number[] = [];
  const cpu: Record<string, number>[] = [];
  const busy: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const cpuBefore = processorTimes(plan);
    const loop = performance.eventLoopUtilization();
    const ms = await work(`${name} ${repeat}`);
    const cpuAfter = processorTimes(plan);
    busy.push(performance.eventLoopUtilization(loop).utilization);
    shares.push((100 * requests) / (ms / 1_000) / idealOf(plan));
    cpu.push(Object.fromEntries(Object.entries(cpuAfter).map(([who, after]) => [who, after - (cpuBefore[who] ?? 0)])));
  }
  const share = median(shares);
  console.log(
    `${name.padEnd(16)} ${((share / 100) * idealOf(plan)).toFixed(0)} replies/s, ${share.toFixed(1)} % of concurrency ÷ latency (each: ${shares.map((each) => each.toFixed(1)).join(', ')})`,
  );
  const perReply = Object.keys(cpu[0] ?? {}).map(
    (who) => `${who} ${(median(cpu.map((times) => times[who] ?? 0)) / requests).toFixed(2)}`,
  );
  console.log(
    `${''.padEnd(16)} processor, ms per reply: ${perReply.join(', ')}; this process's event loop ${(100 * median(busy)).toFixed(0)} % busy`,
  );
}

/** Milliseconds so far, by process; those that the system does not report are left out. */
function processorTimes({ others }: Plan): Record<string, number> {
  const { user, system } = process.cpuUsage();
  const measured = Object.entries(others).flatMap(([who, pid]) => {
    const ms = processorMsOf(pid);
    return ms === null ? [] : [[who, ms] as const];
  });
  return { 'this process': (user + system) / 1_000, ...Object.fromEntries(measured) };
}

/** The baseline: no SDK, no ledger, no store. */
async function fetchAll({ requests, settings }: Plan, salt: string): Promise<number> {
  const begun = performance.now();
  const all = Array.from({ length: requests }, (_, i) => requestOf(salt, i));
  await concurrently(all, settings.concurrency, async ({ system, user, maxTokens }) => {
    const messages = [
      { role: 'system', content: system },
      { role: 'user', content: user },
    ];
    const response = await patientFetch(`${settings.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: settings.model, messages, max_tokens: maxTokens }),
    });
    await response.json();
  });
  return performance.now() - begun;
}

async function measureStage(name: string, plan: Plan, store: ArtifactStore): Promise<void> {
  const counted = countWrites(store);
  const waits: number[] = [];
  await report(name, plan, (salt) => askStage(counted.store, plan, salt, waits));
  const perWrite = (plan.requests * plan.repeats) / counted.writes();
  const share = (100 * median(waits)) / (median(waits) + plan.latencyMs);
  console.log(
    `${''.padEnd(16)} a reply is stored ${median(waits).toFixed(1)} ms after it came (median), ${share.toFixed(1)} % of its way, beside the endpoint's next requests; ${perWrite.toFixed(1)} replies per write, ${counted.msPerWrite().toFixed(1)} ms each`,
  );
}

/** @param waits gets the milliseconds between each reply's coming and its use, which is after it was stored */
async function askStage(
  store: ArtifactStore,
  { requests, settings }: Plan,
  salt: string,
  waits: number[],
): Promise<number> {
  const { signal } = new AbortController();
  const came = new Map<string, number>();
  const client = createEndpointClient(settings);
  const llm: LlmClient = {
    ...client,
    complete: async (request, ...rest) => {
      const reply = await client.complete(request, ...rest);
      came.set(request.user, performance.now());
      return reply;
    },
  };
  const asking: Asking = {
    ...{ store, scratch: tmpdir(), settings, signal, budget: {}, spent: [], onReply: () => {}, now: () => new Date() },
    ...{ llm, run: { id: salt, execution: salt } },
  };
  const questions = Array.from({ length: requests }, (_, i) => {
    const request = requestOf(salt, i);
    const read = (): null => {
      const at = came.get(request.user);
      if (at !== undefined) waits.push(performance.now() - at);
      came.delete(request.user);
      return null;
    };
    return { id: String(i), request, read };
  });
  const model = await recognise(asking, 'bench');
  const begun = performance.now();
  const { account } = await askAll(questions, model, asking);
  const ms = performance.now() - begun;
  if (account.calls !== requests + 1) throw new Error(`${account.calls} calls for ${requests} requests`);
  return ms;
}

const requestOf = (salt: string, i: number): LlmRequest => ({
  system: 'You are a concise, professional dermatology assistant.',
  user: `${salt} ${i}: Compare the two rules by visible clinical features. ${'Presence of a sign. '.repeat(12)}`,
  ...{ maxTokens: 240, temperature: 0.2, seed: 0 },
});

function countWrites(store: ArtifactStore) {
  let [writes, ms] = [0, 0];
  const putObjectIfAbsent: ArtifactStore['putObjectIfAbsent'] = async (...args) => {
    const begun = performance.now();
    const isNew = await store.putObjectIfAbsent(...args);
    ms += performance.now() - begun;
    writes++;
    return isNew;
  };
  return { store: { ...store, putObjectIfAbsent }, writes: () => writes, msPerWrite: () => ms / writes };
}
