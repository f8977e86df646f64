/** An endpoint that answers each chat request after the given milliseconds, with the given text; its port is its only line of output. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const latencyMs = Number(process.argv[2]);
const reply = JSON.stringify({
  ...{ id: 'x', object: 'chat.completion', model: 'bench', usage: { prompt_tokens: 120, completion_tokens: 24 } },
  choices: [
    {
      ...{ index: 0, finish_reason: 'stop' },
      message: {
        role: 'assistant',
        content: process.argv[3] ?? 'The lesion shows an atypical network and lacks milia-like cysts.',
      },
    },
  ],
});
const server = createServer((request, response) => {
  request.resume();
  const answer = (): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(reply);
  };
  if (request.method === 'POST') setTimeout(answer, latencyMs);
  else answer();
});
server.listen(0, '127.0.0.1', () => {
  console.log((server.address() as AddressInfo).port); // a TCP server's address, never a pipe's
});
