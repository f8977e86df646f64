import pino from 'pino';
import { expect, it, vi } from 'vitest';
import { createEmbeddedClient } from '../../../activities/llm/embedded.ts';

const disposals = vi.hoisted((): string[] => []);

/** A model that answers nothing and cannot be given back. */
vi.mock('node-llama-cpp', () => ({
  LlamaLogLevel: { error: 'error' },
  getLlama: async () => ({
    loadModel: async () => ({
      createContext: async () => ({
        getSequence: () => ({ clearHistory: () => Promise.reject(new Error('no answer')) }),
      }),
    }),
    dispose: () => {
      disposals.push('tried');
      return Promise.reject(new Error('its thread is gone'));
    },
  }),
}));

it('a model that cannot be given back is logged, fails nobody, and the next request loads it again', async () => {
  const lines: object[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  // The file is this one: only that it is there is asked.
  const client = createEmbeddedClient({ modelPath: import.meta.filename, threads: 1, keptMs: 1, logger });
  const request = { system: 'You are brief.', user: 'Name a colour.', maxTokens: 12, temperature: 0, seed: 1 };
  for (const count of [1, 2]) {
    await expect(client.complete(request, new AbortController().signal)).rejects.toThrow('no answer');
    await expect.poll(() => lines.length).toBe(count);
  }
  expect(disposals).toEqual(['tried', 'tried']);
  expect(lines[0]).toMatchObject({
    reason: 'Error: its thread is gone',
    msg: 'the embedded language model could not be given back',
  });
});
