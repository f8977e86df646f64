/** People who review a run of SkinGPT-R1 over HTTP, and a language model that writes and judges its narratives, for tests. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { z } from 'zod';
import type { GivenReview, PageState, Saved, ShownCase } from '../../domain/reviews/page.ts';
import { type Answer, type Asked, type ChatServer, chatCompletion, serveChat } from './chat-server.ts';
import { sixOf } from './judging.ts';
import { firstChoices } from './narratives.ts';
import { dermflow } from './start.ts';

const bodySchema = z.looseObject({
  response_format: z.looseObject({ json_schema: z.looseObject({ schema: z.unknown() }) }).optional(),
});

export const isJudged = ({ body }: Asked): boolean => JSON.stringify(body).includes('Grade the candidate');

/**
 * Gives reasons in the compact form by the first choices, and scores every text as a judge who is easily pleased.
 *
 * @param before may hold an answer back, or give another one
 */
export async function serveWriterAndJudge(
  before: (asked: Asked) => Answer | null = () => null,
): Promise<ChatServer & { close(): Promise<void> }> {
  const closing: (() => Promise<void>)[] = [];
  const server = await serveChat(
    (_, asked) =>
      before(asked) ?? chatCompletion({ content: contentFor(asked) }, { model: `${asked.body.model}-0528` }),
    undefined,
    (close) => closing.push(close),
  );
  return { ...server, close: async () => void (await Promise.all(closing.map((close) => close()))) };
}

function contentFor(asked: Asked): string {
  if (isJudged(asked)) return sixOf(4);
  const schema = bodySchema.parse(asked.body).response_format?.json_schema.schema;
  return schema === undefined ? 'yes' : firstChoices(schema);
}

/** `dermflow up` as a process, once its services answer. */
export async function startUp(env: Record<string, string>): Promise<{ pid: number; stop(): Promise<void> }> {
  const up = execa(process.execPath, [dermflow, 'up', '--json'], { env, reject: false, buffer: { stdout: false } });
  await once(createInterface(up.stdout), 'line');
  return {
    pid: up.pid ?? 0,
    stop: async () => {
      up.kill('SIGTERM');
      await up;
    },
  };
}

export interface Page {
  address: string;
  state(reviewer: string): Promise<PageState>;
  next(reviewer: string, first?: 'settle'): Promise<ShownCase | null>;
  save(review: GivenReview): Promise<Saved>;
  /** As Ctrl-C does. */
  stop(): Promise<void>;
}

/** `dermflow review RUN` as a process. */
export async function openReviewPage(run: string, env: Record<string, string>): Promise<Page> {
  const server = execa(process.execPath, [dermflow, 'review', run, '--json', '--port', '0'], {
    ...{ env, reject: false, buffer: { stdout: false } },
  });
  const line = once(createInterface(server.stdout), 'line');
  const ended = server.then(({ stderr }) => Promise.reject(new Error(`ended: ${stderr}`)));
  const [printed] = await Promise.race([line, ended]);
  ended.catch(() => {});
  const { address } = z.object({ address: z.url() }).parse(JSON.parse(String(printed)));
  // The server is our own, and its answers are of these forms.
  const ask = async (path: string): Promise<unknown> => (await fetch(`${address}${path}`)).json();
  const headers = { 'Content-Type': 'application/json' };
  return {
    address,
    state: async (reviewer) => (await ask(`state?${new URLSearchParams({ reviewer })}`)) as PageState,
    next: async (reviewer, first) => {
      const wanted = new URLSearchParams({ reviewer, ...(first ? { first } : {}) });
      return ((await ask(`case?${wanted}`)) as { case: ShownCase | null }).case;
    },
    save: async (review) => {
      const body = JSON.stringify(review);
      return (await fetch(`${address}reviews`, { method: 'POST', headers, body })).json() as Promise<Saved>;
    },
    stop: async () => {
      server.kill('SIGINT');
      await server;
    },
  };
}
