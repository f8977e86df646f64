/** A proxy on loopback that notes what it is asked; servers are asked through it, or not at all where they are here. */
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { exitCodes } from '../../../domain/failures.ts';
import { repositoryRoot } from '../../../platform/env.ts';
import { proxyWords, useProxies } from '../../../platform/proxy.ts';

const script = fileURLToPath(new URL('../../support/ask-through-proxies.ts', import.meta.url));
const asked: string[] = [];
let proxy: Server;
let target: Server;
const portOf = (server: Server): number => (server.address() as AddressInfo).port; // listens on TCP
const listening = (server: Server): Promise<void> => new Promise((ready) => server.listen(0, '127.0.0.1', ready));

beforeAll(async () => {
  target = createServer((_, response) => response.end('<ok/>'));
  proxy = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('<ok/>');
  });
  proxy.on('connect', (request, socket: Socket) => {
    asked.push(request.url ?? '');
    const through = connect(portOf(target), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      through.pipe(socket);
      socket.pipe(through);
    });
    for (const end of [socket, through]) end.on('error', () => {});
  });
  await Promise.all([listening(target), listening(proxy)]);
});
afterAll(() => {
  target.close();
  proxy.close();
});
beforeEach(() => void asked.splice(0));

/** Asks by fetch, by the S3 client and by Temporal's client, in a process of its own. */
async function ask(host: string, more: Record<string, string> = {}): Promise<string> {
  const address = `http://127.0.0.1:${portOf(proxy)}`;
  const env = { HTTP_PROXY: address, HTTPS_PROXY: address, http_proxy: address, https_proxy: address, ...more };
  const { stdout } = await execa(process.execPath, [script, host, String(portOf(target))], { env, reject: false });
  return stdout;
}

describe('proxies of the environment', () => {
  it.each([
    ['HTTP_PROXY', 'localhost:3128', '"localhost:3128"'],
    ['https_proxy', 'http://user:secret@host:99999', '"http://***@host:99999"'],
    ['HTTPS_PROXY', 'socks5://host:1080', '"socks5://host:1080"'],
  ])('that cannot be read are one line without a password: %s=%s', (name, value, shown) =>
    expect(() => useProxies({ [name]: value })).toThrow(
      `environment: ${name} is ${shown}: expected http://host:port, or nothing`,
    ),
  );

  it.each([
    ['cli/dermflow.mjs', 'doctor'],
    ['workers/main.ts', 'llm'],
  ])('that cannot be read end %s with that line alone', async (...command) => {
    const env = { HTTPS_PROXY: 'http://user:secret@host:99999' };
    const { exitCode, stdout, stderr } = await execa(process.execPath, command, {
      cwd: repositoryRoot,
      env,
      reject: false,
    });
    expect([exitCode, stdout]).toEqual([exitCodes.userMistake, '']);
    expect(stderr).toMatch(/^environment: HTTPS_PROXY is .*$/);
  });

  it('are used for hosts elsewhere, by fetch and by the S3 client', async () => {
    expect(await ask('store.example')).toContain('fetch <ok/>');
    expect(asked.filter((url) => url.includes('store.example')).length).toBeGreaterThanOrEqual(2);
  });

  it.each(['127.0.0.1', 'localhost'])('are never used for %s', async (host) => {
    const out = await ask(host);
    expect(asked).toEqual([]);
    expect(out).toContain('fetch <ok/>');
  });

  it('are not used for hosts that NO_PROXY names', async () => {
    await ask('store.example', { NO_PROXY: 'store.example' });
    expect(asked).toEqual([]);
  });
});

describe('the exemption', () => {
  it('keeps what NO_PROXY and no_proxy name', () => {
    const variables: NodeJS.ProcessEnv = { NO_PROXY: 'a.example, b.example', no_proxy: 'c.example' };
    useProxies(variables);
    for (const host of ['a.example', 'b.example', 'c.example', 'localhost', '127.0.0.1', '::1']) {
      expect(variables.NO_PROXY?.split(',')).toContain(host);
    }
    expect(variables.no_proxy).toBe(variables.NO_PROXY);
  });

  it('is told in messages', () => {
    vi.stubEnv('https_proxy', 'http://proxy.example:3128');
    vi.stubEnv('NO_PROXY', 'inside.example');
    vi.stubEnv('no_proxy', 'inside.example');
    expect(proxyWords('https://store.example')).toBe(' through the proxy of HTTPS_PROXY (NO_PROXY exempts hosts)');
    expect(proxyWords('https://inside.example')).toBe('');
    vi.unstubAllEnvs();
  });
});
