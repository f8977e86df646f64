import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { patientFetch } from '../../../activities/llm/transport.ts';
import { listenOnLoopback } from '../../support/loopback.ts';

async function ask(body: Uint8Array | string): Promise<Response> {
  const server = createServer((_, response) => response.end(body));
  return patientFetch(`http://127.0.0.1:${await listenOnLoopback(server)}/results`);
}

it('an answer is passed on as it came, not as one string: results of a batch may be longer than a string', async () => {
  const bytes = Uint8Array.from([0xef, 0xbb, 0xbf, 0x7b, 0xc3, 0x28, 0x7d, 0x0a]); // a byte-order mark, no UTF-8
  expect(await (await ask(bytes)).bytes()).toEqual(bytes);
});

it.each([
  ['data: {}\n\n', 'text/event-stream'],
  ['\ufeff\n: wait\n\n', 'text/event-stream'],
  ['{"data":1}', null],
])('a stream without its type is known by its beginning: %j', async (body, type) => {
  expect((await ask(body)).headers.get('content-type')).toBe(type);
});
