import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { createS3Store } from '../../../activities/store/s3.ts';
import { digestOf } from '../../../domain/artifact.ts';
import { createRandom } from '../../../domain/random.ts';
import { s3Credentials } from '../../../infra/local/services.ts';
import { type Asked, chatCompletion, serveChat } from '../../support/chat-server.ts';
import { type S3Server, startS3Server } from '../../support/s3.ts';

const program = fileURLToPath(new URL('../../support/narrate-until-killed.ts', import.meta.url));
const kills = 4;
/** The program asks as many at once; three times as many replies may wait for the store beside them (docs/llm.md). */
const concurrency = 2;
const underWayAtMost = concurrency + 3 * concurrency;
/** The call that tells who answers, which is kept elsewhere. */
const recognitions = 1;
const answerAfterMs = 60;

let s3: S3Server;
beforeAll(async () => {
  s3 = await startS3Server();
});
afterAll(() => s3?.remove());

/** Different to each request, so that another order, or a reply that was lost, shows in the bytes. */
function answerTo({ body }: Asked): string {
  const own = digestOf(JSON.stringify(body.messages)).slice(0, 6);
  const label = /The diagnosis is ([^.]+)\. Write the rest/.exec(JSON.stringify(body))?.[1];
  if (label === undefined)
    return `<description>\nMorphology: One round spot, of kind ${own}.\nColour: It is brown.\n</description>`;
  return JSON.stringify({
    meaning: `Colour and shape speak for it, in the way ${own}.`,
    differentials: [
      { diagnosis: 'acne', whyNot: 'There are no comedones at all.' },
      { diagnosis: 'psoriasis', whyNot: 'It does not scale anywhere.' },
    ],
    conclusion: `It is most likely ${label}.`,
    diagnosis: label,
  });
}

/** The requests whose replies are in a bucket's ledger, one for each reply. */
async function repliesIn(bucket: string): Promise<string[]> {
  const store = createS3Store(s3.client, { ...s3.settings, bucket });
  const keys = await store.objectKeys('llm/3/');
  const texts = await Promise.all(
    keys.map(async (key) => new TextDecoder().decode((await store.getObject(key)) ?? undefined)),
  );
  const lines = texts.flatMap((text) => text.split('\n')).filter(Boolean);
  return lines.map((line) => z.object({ request: z.string() }).parse(JSON.parse(line)).request);
}

it('narratives that are killed with SIGKILL in the midst end with the same bytes, and nothing stored is asked for twice', async () => {
  const server = await serveChat((_, asked) => ({
    ...chatCompletion({ content: answerTo(asked) }),
    afterMs: answerAfterMs,
  }));
  const start = (bucket: string) =>
    execa('node', [program], {
      env: {
        ...{ DERMFLOW_LLM_PROVIDER: 'openai-compatible', DERMFLOW_LLM_BASE_URL: server.baseUrl },
        ...{ DERMFLOW_LLM_MODEL: 'vision', DERMFLOW_LLM_CONCURRENCY: String(concurrency) },
        ...{ DERMFLOW_S3_ENDPOINT: s3.settings.endpoint, DERMFLOW_S3_BUCKET: bucket, ...s3Credentials(s3.secrets) },
      },
      reject: false,
    });
  const undisturbed = await start('undisturbed');
  expect(undisturbed.exitCode, undisturbed.stderr).toBe(0);
  const once = server.requests.length;
  const bodies = (from: number, to?: number): string[] =>
    server.requests.slice(from, to).map(({ body }) => JSON.stringify(body));

  const random = createRandom('kills');
  /** What was stored before each new start. */
  const stored: string[][] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const before = server.requests.length;
    const writer = start('killed');
    // From its first questions on, so that each kill meets it at work.
    while (server.requests.length < before + 3) await sleep(5);
    await sleep(random.between(0, 10 * answerAfterMs));
    writer.kill('SIGKILL');
    await writer;
    stored.push(await repliesIn('killed'));
  }
  const different = new Set(bodies(0, once));
  expect(stored.at(-1)?.length, 'the kills came in its midst').toBeLessThan(different.size - recognitions);
  expect(stored.at(-1)?.length).toBeGreaterThan(0);
  const last = await start('killed');
  expect(last.exitCode, last.stderr).toBe(0);
  expect(last.stdout).toBe(undisturbed.stdout);
  expect(last.stdout).toContain('narratives.jsonl');
  // What is asked for again has a second reply.
  const replies = Map.groupBy(await repliesIn('killed'), (request) => request);
  expect(stored.flat().filter((request) => replies.get(request)?.length !== 1)).toEqual([]);
  expect(replies.size).toBe(different.size - recognitions);
  // By the endpoint's own log: what was asked twice was under way at a kill.
  const asked = bodies(once);
  expect(new Set(asked)).toEqual(different);
  expect(asked.length - different.size).toBeLessThanOrEqual(kills * underWayAtMost);
}, 300_000);
