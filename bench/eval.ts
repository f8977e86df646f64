/**
 * `npm run bench eval`: how fast models are asked. The exported model in this process against Transformers' `generate`,
 * same weights, same items, same threads, each at its best batch, answers compared token by token; and how near a model
 * behind an endpoint comes to concurrency ÷ latency while each answer is kept.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { userMistake } from '../domain/failures.ts';
import { readCount } from './common/arguments.ts';
import { compareEndpoint } from './eval/endpoint.ts';
import { tasks, writeItems } from './eval/items.ts';
import { compareRuntimes } from './eval/runtimes.ts';

const parts = ['runtimes', 'endpoint'] as const;

export default async function evaluation(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      parts: { type: 'string', default: parts.join(',') },
      /** Pictures. */
      items: { type: 'string', default: '320' },
      threads: { type: 'string', default: '1' },
      repeats: { type: 'string', default: '3' },
      batches: { type: 'string', default: '16,32,64,128' },
      /** Folder of another Qwen2.5-VL in place of the shipped base, with a vocabulary that has its words. */
      model: { type: 'string' },
      /** Of the base, in place of the base alone. */
      adapter: { type: 'string' },
      /** Requests under way at a time: some numbers, each measured by itself. */
      concurrency: { type: 'string', default: '8,32,64' },
      /** Requests for each of these. */
      turns: { type: 'string', default: '40' },
      latency: { type: 'string', default: '250' },
    },
  });
  const chosen = values.parts.split(',');
  const unknown = chosen.find((name) => !parts.some((part) => part === name));
  if (unknown !== undefined) throw userMistake(`--parts ${unknown}: expected some of ${parts.join(', ')}`);
  const count = (name: 'items' | 'threads' | 'repeats' | 'turns' | 'latency'): number =>
    readCount(`--${name}`, values[name]);
  const folder = await mkdtemp(join(tmpdir(), 'dermflow-bench-'));
  try {
    if (chosen.includes('runtimes')) {
      const settings = {
        ...{ threads: count('threads'), repeats: count('repeats') },
        batches: values.batches.split(',').map((batch) => readCount('--batches', batch)),
        model: values.model === undefined ? null : resolve(values.model),
        adapter: values.adapter === undefined ? null : resolve(values.adapter),
      };
      for (const [asked, title] of [
        [tasks.slice(0, 1), 'each picture in one question'],
        [tasks, "each picture in two questions, as the demo's recipe asks"],
      ] as const) {
        const items = await writeItems(join(folder, 'images'), count('items'), asked);
        await compareRuntimes(items, folder, { ...settings, title });
      }
    }
    if (chosen.includes('endpoint')) {
      await compareEndpoint(folder, {
        concurrencies: values.concurrency.split(',').map((number) => readCount('--concurrency', number)),
        ...{ turns: count('turns'), latencyMs: count('latency'), repeats: count('repeats') },
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
