/** What stands in an endpoint's place: redirects, web pages, servers that are hardly of HTTP. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { failureTypes } from '../../../domain/failures.ts';
import { llmProviders } from '../../../domain/llm-settings.ts';
import { type Answer, chatAnswer, chatError, serveChat, startChatServer } from '../../support/chat-server.ts';
import { clientOf, rejected, shortRequest as request, secretKey } from '../../support/endpoints.ts';
import { listenOnLoopback } from '../../support/loopback.ts';

const { signal } = new AbortController();
const text = 'The border is irregular, and the colours are several.';
const page = '<!DOCTYPE html><html><head><title>Sign in</title></head><body>Maintenance</body></html>';
const asPage = { 'content-type': 'text/html' };
const whole = { text, finish: 'stop' };
const { userMistake, unavailable } = failureTypes;

describe('a redirect', () => {
  const to = (status: number, location: string): Answer => ({ status, headers: { location }, body: '' });

  it.each([301, 302, 303])('%i, by which the request becomes another one, is told with the address', async (status) => {
    const behind = await startChatServer(chatAnswer(text));
    const server = await startChatServer(to(status, `${behind.baseUrl}/chat/completions`));
    const error = await rejected(clientOf(server.baseUrl).complete(request, signal));
    expect(error).toMatchObject({
      type: userMistake,
      message: expect.stringContaining(`is redirected to ${behind.baseUrl} (`),
    });
    expect(String(error)).toContain('set DERMFLOW_LLM_BASE_URL to the address that answers itself');
  });

  it('to another host, where the key is not sent, is told with the address', async () => {
    const behind = await startChatServer(chatError(401, 'no key'));
    const server = await startChatServer(to(308, `${behind.baseUrl}/chat/completions`));
    const error = await rejected(clientOf(server.baseUrl).complete(request, signal));
    expect(behind.requests[0]?.headers.authorization).toBeUndefined();
    expect(error).toMatchObject({
      type: userMistake,
      message: expect.stringContaining(`redirected to ${behind.baseUrl}`),
    });
  });

  const namesOfKeys = (headers: IncomingHttpHeaders | undefined): string[] =>
    Object.entries(headers ?? {}).flatMap(([name, value]) => (String(value).includes(secretKey) ? [name] : []));

  const withKeys = llmProviders.filter((provider) => provider !== 'embedded');
  it.each(withKeys)('to another host takes no key of %s there', async (provider) => {
    const behind: IncomingHttpHeaders[] = [];
    const other = createServer((asked, response) => {
      behind.push(asked.headers);
      response.writeHead(401).end('{}');
    });
    const location = `http://127.0.0.1:${await listenOnLoopback(other)}/v1/messages`;
    const server = await serveChat(() => to(308, location), to(308, location));
    const client = clientOf(server.baseUrl, { provider });
    await rejected(client.complete(request, signal));
    await client.identify(signal);
    expect(namesOfKeys(server.requests[0]?.headers)).toHaveLength(1);
    expect(behind.map(namesOfKeys)).toEqual([[], []]);
  });

  it('without an end is told', async () => {
    const server = await startChatServer({ status: 307, headers: { location: '/v1/chat/completions' }, body: '' });
    const error = await rejected(clientOf(server.baseUrl, {}, 0).complete(request, signal));
    expect(error).toMatchObject({ type: userMistake, message: expect.stringContaining('redirected') });
  });
});

describe('a web page', () => {
  const as = (status: number): Answer => ({ status, headers: asPage, body: page });

  it.each([200, 404, 405])('%i instead of an endpoint that answered before is waited for', async (status) => {
    const server = await startChatServer(chatAnswer(text), as(status));
    const client = clientOf(server.baseUrl, {}, 0);
    await client.complete(request, signal);
    const error = await rejected(client.complete(request, signal));
    expect(error).toMatchObject({ type: unavailable, message: expect.stringContaining('Maintenance') });
  });

  it('403 of a firewall is about this text alone', async () => {
    const server = await startChatServer(chatAnswer(text), as(403), chatAnswer(text));
    const client = clientOf(server.baseUrl);
    await client.complete(request, signal);
    expect(await client.complete(request, signal)).toMatchObject({ finish: 'refused' });
    expect(await client.complete(request, signal)).toMatchObject(whole);
  });

  it('from the first is the user’s mistake', async () => {
    const server = await startChatServer(as(404));
    expect(await rejected(clientOf(server.baseUrl).complete(request, signal))).toMatchObject({ type: userMistake });
  });
});

describe('letters that HTTP has no room for', () => {
  /** An answer byte by byte, which Node's own server would refuse to write. */
  const answering = async (head: string): Promise<string> => {
    const body = Buffer.from(String(chatAnswer(text).body));
    const server = createServer((asked) => {
      const bytes = Buffer.concat([Buffer.from(`${head}content-length: ${body.length}\r\n\r\n`), body]);
      asked.resume().on('end', () => asked.socket.end(bytes));
    });
    return `http://127.0.0.1:${await listenOnLoopback(server)}/v1`;
  };

  it.each([
    ['the words of a status', 'HTTP/1.1 200 成功\r\n'],
    ['a header', 'HTTP/1.1 200 OK\r\nx-region: 上海\r\n'],
  ])('in %s cost no reply', async (_, head) => {
    const baseUrl = await answering(`${head}content-type: application/json\r\n`);
    expect(await clientOf(baseUrl).complete(request, signal)).toMatchObject(whole);
  });

  it('and a status that there is not are of an endpoint that is away', async () => {
    const client = clientOf(await answering('HTTP/1.1 999 Request Denied\r\n'), {}, 0);
    expect(await rejected(client.complete(request, signal))).toMatchObject({ type: unavailable });
  });
});
