/** A small server that speaks OpenAI's chat completions, for tests. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body: string;
}

export interface ChatServer {
  baseUrl: string;
  /** Bodies and headers of the requests so far. */
  requests: { body: Record<string, unknown>; headers: IncomingHttpHeaders; atMs: number }[];
}

export const chatAnswer = (content: string | null): Answer => ({
  body: JSON.stringify({
    id: 'x',
    object: 'chat.completion',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
    usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
  }),
});

/** Gives the answers in turn, the last one again and again, and goes when the test ends. */
export async function startChatServer(...answers: Answer[]): Promise<ChatServer> {
  const requests: ChatServer['requests'] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push({
      body: JSON.parse(Buffer.concat(chunks).toString()),
      headers: request.headers,
      atMs: performance.now(),
    });
    response.writeHead(answer?.status ?? 200, { 'content-type': 'application/json', ...answer?.headers });
    response.end(answer?.body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(
    () =>
      new Promise<void>((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  );
  const { port } = server.address() as AddressInfo; // a TCP server's address, never a pipe's
  return { baseUrl: `http://127.0.0.1:${port}/v1`, requests };
}
