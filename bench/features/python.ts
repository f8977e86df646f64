/** A Python process beside a benchmark that measures whatever a line asks it for. */
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { z } from 'zod';
import { ownEnvironment } from '../../platform/own-environment.ts';

/** By the clock, and of all processors. */
const answerSchema = z.object({ seconds: z.number(), processor: z.number() });

export interface Answering {
  ask(question: object): Promise<z.infer<typeof answerSchema>>;
  close(): Promise<void>;
}

/**
 * Started when it has loaded all that it needs.
 *
 * @param script beside this file
 * @param settings its first line
 */
export async function answering(
  script: string,
  settings: { threads: number; [name: string]: unknown },
): Promise<Answering> {
  const process = execa(ownEnvironment().trainerPython, [fileURLToPath(new URL(script, import.meta.url))], {
    env: {
      PYTHONPATH: fileURLToPath(new URL('../../trainer', import.meta.url)),
      OMP_NUM_THREADS: String(settings.threads),
      HF_HUB_OFFLINE: '1',
      TOKENIZERS_PARALLELISM: 'false',
    },
    stdin: 'pipe',
    buffer: { stdout: false },
  });
  const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  // A process that fails says why on stderr, and its output ends.
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) {
      await process;
      throw new Error(`${script} ended early`);
    }
    return JSON.parse(value);
  };
  const say = (line: object): void => void process.stdin.write(`${JSON.stringify(line)}\n`);
  say(settings);
  await next();
  return {
    ask: async (question) => {
      say(question);
      return answerSchema.parse(await next());
    },
    close: async () => {
      process.stdin.end();
      await process;
    },
  };
}
