/** A small server that speaks OpenAI's chat completions, well or badly, for tests. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { listenOnLoopback } from './loopback.ts';

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body: string | Uint8Array;
  /** Before it is sent, in milliseconds. */
  afterMs?: number;
  /** The connection breaks off after the body. */
  broken?: boolean;
}

export interface Asked {
  body: Record<string, unknown>;
  headers: IncomingHttpHeaders;
  url: URL;
  atMs: number;
}

/** @param call from 1 */
export type Answers = (call: number, asked: Asked) => Answer;

export interface ChatServer {
  baseUrl: string;
  /** The chat requests so far. */
  requests: Asked[];
}

export const chatCompletion = (message: object, rest: object = {}, choice: object = {}): Answer => ({
  body: JSON.stringify({
    id: 'x',
    object: 'chat.completion',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', ...message }, ...choice }],
    usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
    ...rest,
  }),
});

export const chatAnswer = (content: string | null): Answer => chatCompletion({ content });

export const chatError = (status: number, error: object | string, headers: Record<string, string> = {}): Answer => ({
  ...{ status, headers },
  body: JSON.stringify({ error }),
});

/**
 * As server-sent events, a few characters each.
 *
 * @param end the last event's data; null: none
 * @param rest fields of each piece
 */
export function chatStream(
  content: string,
  {
    finish = 'stop' as string | null,
    usage = true as boolean | object,
    end = '[DONE]' as string | null,
    rest = {},
  } = {},
): Answer {
  const chunk = (delta: object, reason: string | null = null, more: object = {}): string => {
    const choices = [{ index: 0, delta, finish_reason: reason }];
    return `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', choices, ...rest, ...more })}\n\n`;
  };
  const pieces = (content.match(/[\s\S]{1,7}/g) ?? []).map((piece) => chunk({ content: piece }));
  const told = usage === true ? { prompt_tokens: 7, completion_tokens: 3 } : usage;
  const last = finish === null ? '' : chunk({}, finish, told ? { usage: told } : {});
  return {
    headers: { 'content-type': 'text/event-stream' },
    body: `${pieces.join('')}${last}${end === null ? '' : `data: ${end}\n\n`}`,
  };
}

/**
 * @param models what GET /models answers
 * @param atEnd takes what closes it; default: the end of the test
 */
export async function serveChat(
  answers: Answers,
  models: Answer = { body: '{"data":[]}' },
  atEnd?: (close: () => Promise<void>) => void,
): Promise<ChatServer> {
  const requests: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    let answer = models;
    if (request.method === 'POST') {
      const asked = {
        body: JSON.parse(Buffer.concat(chunks).toString()),
        headers: request.headers,
        url: new URL(request.url ?? '', 'http://server'),
        atMs: performance.now(),
      };
      requests.push(asked);
      answer = answers(requests.length, asked);
    }
    if (answer.afterMs !== undefined) await new Promise((go) => setTimeout(go, answer.afterMs));
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
    if (answer.broken) response.write(answer.body, () => response.destroy());
    else response.end(answer.body);
  });
  const port = await listenOnLoopback(server, atEnd);
  return { baseUrl: `http://127.0.0.1:${port}/v1`, requests };
}

/** Gives the answers in turn, the last one again and again. */
export const startChatServer = (...answers: [Answer, ...Answer[]]): Promise<ChatServer> =>
  serveChat((call) => answers[Math.min(call, answers.length) - 1] ?? answers[0]);
