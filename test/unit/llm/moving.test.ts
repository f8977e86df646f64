/** Replies of language models as they come: pieces are noted, a stream that stops ends, one that has not begun may think. */
import { createServer, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readPieces, replySilenceMs, watchPieces } from '../../../activities/llm/moving.ts';
import { listen } from '../../../activities/llm/words.ts';
import { MotionMeter } from '../../../activities/motion.ts';
import { classOf } from '../../../domain/llm-failures.ts';
import { listenOnLoopback } from '../../support/loopback.ts';

async function ask(answer: (response: ServerResponse) => void): Promise<Response> {
  const server = createServer((_, response) => answer(response));
  return fetch(`http://127.0.0.1:${await listenOnLoopback(server)}`);
}

function watchReply(response: Response, silence?: number): Response {
  if (!response.body) return response;
  const pieces = watchPieces(Readable.fromWeb(response.body as NodeReadableStream), silence);
  return new Response(Readable.toWeb(pieces) as ReadableStream, response); // the web's and Node's are the same objects
}

it('a stream that stops ends within two minutes, as a connection that broke', async () => {
  expect(replySilenceMs).toBeLessThan(120_000);
  const response = await ask((to) => void to.write('data: {"a":1}\n\n'));
  const error = await watchReply(response, 50)
    .text()
    .catch((reason: unknown) => reason);
  const { status, all } = listen(error, []);
  expect([status, classOf(status, all)]).toEqual([null, 'away']);
});

it('a reply that has not begun may take its time, and so may one whose pieces come slowly', async () => {
  const response = await ask(async (to) => {
    to.flushHeaders();
    await sleep(900);
    for (const piece of ['slowly ', 'and ', 'well']) {
      to.write(piece);
      await sleep(100);
    }
    to.end();
  });
  expect(await watchReply(response, 600).text()).toBe('slowly and well');
});

it('each piece is a movement of the activity that asked', async () => {
  const meter = new MotionMeter();
  let go = (): void => {};
  const response = await ask((to) => {
    to.write('first ');
    go = () => void to.end('last');
  });
  await meter.follow(async () => {
    const text = watchReply(response).text();
    const began = performance.now();
    await sleep(400);
    expect(meter.state().silentMs).toBeGreaterThan(350);
    go();
    await text;
    expect(meter.state().silentMs).toBeLessThan(performance.now() - began - 350);
  });
});

it('status, headers and empty answers stay as they are', async () => {
  const response = watchReply(
    await ask((to) => void to.writeHead(429, { 'retry-after': '7' }).end('{"error":"busy"}')),
  );
  expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([
    429,
    '7',
    '{"error":"busy"}',
  ]);
  expect((await ask((to) => void to.writeHead(204).end())).body).toBeNull();
});

it('a body that is read as a whole is watched likewise', async () => {
  const meter = new MotionMeter();
  const bodyOf = async (answer: (response: ServerResponse) => void): Promise<Readable> => {
    const { body } = await ask(answer);
    if (!body) throw new Error('no body');
    return Readable.fromWeb(body as NodeReadableStream);
  };
  const stopped = await bodyOf((to) => void to.write('{"a":'));
  const error = await readPieces(stopped, 50).catch((reason: unknown) => reason);
  const { status, all } = listen(error, []);
  expect([status, classOf(status, all)]).toEqual([null, 'away']);
  const whole = await bodyOf((to) => void to.write('{"a":1}'));
  expect((await readPieces(whole, 50, () => true)).toString()).toBe('{"a":1}');
  await meter.follow(async () => {
    const began = performance.now();
    await sleep(300);
    expect((await readPieces(await bodyOf((to) => void to.end('{"a":1}')))).toString()).toBe('{"a":1}');
    expect(meter.state().silentMs).toBeLessThan(performance.now() - began - 250);
  });
});
