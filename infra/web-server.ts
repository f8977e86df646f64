/**
 * Pages of Dermflow for a browser: on loopback, below a path that only the address printed at the start knows, with
 * headers by which they can load nothing from elsewhere and be framed by nobody.
 */
import { randomBytes } from 'node:crypto';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { etag } from 'hono/etag';
import { secureHeaders } from 'hono/secure-headers';
import { unavailable } from '../domain/failures.ts';

export interface WebServer {
  /** With its token; whoever has it sees the pages. */
  address: string;
  port: number;
  close(): Promise<void>;
}

const host = '127.0.0.1';

/**
 * The token stands in the path and not in a cookie: browsers send the cookies of one local port to all others. So pages
 * link to each other by relative addresses.
 */
const newToken = (): string => randomBytes(24).toString('base64url');

const headers = (scripts: readonly string[], connects: boolean) =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: scripts.length > 0 ? [...scripts] : ["'none'"],
      ...(connects ? { connectSrc: ["'self'"] } : {}),
      imgSrc: ["'self'", 'data:'],
      styleSrc: ["'self'", "'unsafe-inline'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: 'no-referrer',
    xFrameOptions: 'DENY',
    strictTransportSecurity: false, // it would hold for every other server on this machine
  });

/**
 * Serves pages until it is closed. A browser asks each time whether its copy is the current one, and keeps it if so.
 *
 * @param scripts digests of the scripts that pages may run, as `script-src` has them; none by default
 * @param connects whether their scripts may ask this server for more; not by default
 * @param port 0 takes a free one; a taken one is `Unavailable`
 */
export async function servePages(
  pages: Hono,
  { port = 0, scripts = [], connects = false }: { port?: number; scripts?: readonly string[]; connects?: boolean } = {},
): Promise<WebServer> {
  const token = newToken();
  const app = new Hono({ strict: false })
    .use(headers(scripts, connects))
    .use(etag())
    .use(async (context, next) => {
      await next();
      context.header('Cache-Control', 'private, no-cache');
    })
    .route(`/${token}`, pages)
    .notFound((context) => context.text('Nothing is here. Use the whole address that the command printed.', 404));
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((listening, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' || error.code === 'EACCES';
      failed(taken ? unavailable(`port ${port} cannot be used (${error.code}); take another one`, error) : error);
    });
    server.listen(port, host, listening);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new RangeError('a listening server has a port');
  return {
    address: `http://${host}:${address.port}/${token}/`,
    port: address.port,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
