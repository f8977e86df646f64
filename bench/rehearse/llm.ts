/** A language model's place is taken by a server that answers at once, with a comparison as long as a good one's. */

import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';

const reply =
  'The lesion shows an irregular, asymmetric outline with an abrupt edge, an atypical network of broad uneven lines and a blue-white veil over its raised part, all of which the first rule names. The evenly fading border, the thin regular network and the single shade of brown that the second rule demands are absent, and no evenly spaced globules are seen in the centre. The combination of asymmetry, several colours and structures of regression therefore speaks for the diagnosis that the first rule describes.';

export async function standInLlm(): Promise<{ env: Record<string, string>; stop(): void }> {
  const server = execa(process.execPath, [join(import.meta.dirname, '../llm/server.ts'), '0', reply], {
    reject: false,
    buffer: false,
  });
  const [port] = await once(createInterface(server.stdout), 'line');
  return {
    env: {
      DERMFLOW_LLM_PROVIDER: 'openai-compatible',
      DERMFLOW_LLM_BASE_URL: `http://127.0.0.1:${port}/v1`,
      DERMFLOW_LLM_MODEL: 'stand-in',
    },
    stop: () => void server.kill(),
  };
}
