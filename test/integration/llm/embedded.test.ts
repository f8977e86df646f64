/** The embedded model itself, which set-up installs. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createEmbeddedClient } from '../../../activities/llm/embedded.ts';
import { readEnvironment } from '../../../platform/env.ts';
import { findSmallModel } from '../../../platform/tools.ts';

const request = { system: 'You are brief.', user: 'Name a colour.', maxTokens: 12, temperature: 0, seed: 1 };

it('gives its memory back when nobody asks, and answers the same afterwards', async () => {
  const modelPath = findSmallModel(readEnvironment(process.env).home);
  const isLoaded = async (): Promise<boolean> =>
    (await readFile('/proc/self/maps', 'utf8')).includes(basename(modelPath));
  const client = createEmbeddedClient({ modelPath, threads: 1, keptMs: 300 });
  onTestFinished(() => client.close());
  const ask = async (): Promise<string> => (await client.complete(request, new AbortController().signal)).text;
  const [first] = await Promise.all([ask(), ask()]);
  expect(await isLoaded()).toBe(true);
  await expect.poll(isLoaded, { timeout: 20_000, interval: 100 }).toBe(false);
  const asked = ask();
  await sleep(50);
  expect(await ask()).toBe(first);
  expect(await asked).toBe(first);
  expect(await isLoaded()).toBe(true);
});
