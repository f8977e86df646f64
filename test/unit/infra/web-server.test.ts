import { networkInterfaces } from 'node:os';
import { Hono } from 'hono';
import { describe, expect, it, onTestFinished } from 'vitest';
import { reportPages } from '../../../cli/follow/served-report.ts';
import { servePages, type WebServer } from '../../../infra/web-server.ts';
import { temporaryFolder, writeFiles } from '../../support/datasets.ts';

async function serve(pages: Hono, port = 0): Promise<WebServer> {
  const server = await servePages(pages, { port });
  onTestFinished(() => server.close());
  return server;
}

async function serveReport(): Promise<WebServer & { folder: string }> {
  const folder = await temporaryFolder();
  const files = { 'report.html': '<!doctype html><title>é</title>', 'report.json': '{}', 'adapter/LICENSE': 'text' };
  await writeFiles(folder, files);
  return { ...(await serve(reportPages(folder))), folder };
}

describe('a web server', () => {
  it('shows a report to whoever has the address, with types and characters as they are', async () => {
    const { address } = await serveReport();
    const page = await fetch(address);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('é');
    const json = await fetch(new URL('report.json', address));
    expect(json.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await json.json()).toEqual({});
  });

  it('shows nothing without the token, with another one, or beside the report', async () => {
    const { address } = await serveReport();
    const { origin, pathname } = new URL(address);
    const other = `${pathname.startsWith('/a') ? '/b' : '/a'}${pathname.slice(2)}`;
    const paths = ['/', '/report.html', '/report.json', other, `${other}report.json`];
    const beside = ['adapter/LICENSE', '../report.json', '%2e%2e/report.json', '..%2freport.json', 'report.html/x'];
    for (const path of [...paths, ...beside.map((name) => pathname + name)]) {
      const response = await fetch(origin + path);
      expect([path, response.status]).toEqual([path, 404]);
      expect(await response.text()).toContain('Use the whole address');
    }
  });

  it('has a new token each time, which is long', async () => {
    const pages = new Hono();
    const tokens = [await serve(pages), await serve(pages)].map(({ address }) => new URL(address).pathname);
    expect(new Set(tokens).size).toBe(2);
    for (const token of tokens) expect(token.length).toBeGreaterThan(30);
  });

  it('lets a page load nothing from elsewhere and be framed by nobody, errors too', async () => {
    const { address } = await serveReport();
    for (const url of [address, `${new URL(address).origin}/absent`]) {
      const { headers } = await fetch(url);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/https?:|\*/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('strict-transport-security')).toBeNull();
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('set-cookie')).toBeNull();
    }
  });

  it('sends a page again only where it has changed', async () => {
    const { address, folder } = await serveReport();
    const first = await fetch(address);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    const known = { headers: { 'if-none-match': first.headers.get('etag') ?? '' } };
    expect((await fetch(address, known)).status).toBe(304);
    await writeFiles(folder, { 'report.html': 'anew' });
    const changed = await fetch(address, known);
    expect([changed.status, await changed.text()]).toEqual([200, 'anew']);
  });

  const outside = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4');
  it.skipIf(!outside)('listens on loopback alone', async () => {
    const { port } = await serveReport();
    await expect(fetch(`http://${outside?.address}:${port}/`)).rejects.toThrow();
    await expect(fetch(`http://127.0.0.1:${port}/`)).resolves.toBeDefined();
  });

  it('says which port is taken, and frees its own when it is closed', async () => {
    const first = await serve(new Hono());
    await expect(servePages(new Hono(), { port: first.port })).rejects.toThrow(
      `port ${first.port} cannot be used (EADDRINUSE); take another one`,
    );
    await fetch(first.address);
    await first.close();
    await serve(new Hono(), first.port);
  });
});
