/** TLS in front of a Temporal server, as Temporal Cloud has it: asks for a client certificate, for an API key, or both. */
import { once } from 'node:events';
import { connect, createSecureServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Pair } from './certificates.ts';

export interface Front {
  address: string;
  /** Keys that came with requests. */
  keys: Set<string>;
  close(): void;
}

interface FrontOptions {
  /** `host:port` of the server behind. */
  behind: string;
  server: Pair;
  /** Signs the client certificates that are let in; absent: none is asked for. */
  clients?: Pair;
  /** The key that is let in; absent: any or none. */
  apiKey?: string;
}

const unauthenticated = '16';

export async function startTlsFront({ behind, server, clients, apiKey }: FrontOptions): Promise<Front> {
  const keys = new Set<string>();
  const front = createSecureServer({
    ...server,
    ...(clients ? { requestCert: true, rejectUnauthorized: true, ca: clients.cert } : {}),
  });
  const upstream = connect(`http://${behind}`);
  front.on('sessionError', () => {}); // a client that was not let in
  front.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => {});
    const { authorization } = headers;
    if (authorization) keys.add(authorization);
    if (apiKey !== undefined && authorization !== `Bearer ${apiKey}`) {
      const refused = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': unauthenticated };
      return stream.respond({ ...refused, 'grpc-message': 'Request unauthorized.' }, { endStream: true });
    }
    const passed = upstream.request(withoutHopByHop(headers));
    passed.on('error', () => stream.close());
    let trailers: IncomingHttpHeaders = {};
    passed.on('trailers', (own) => {
      trailers = own;
    });
    stream.on('close', () => passed.close()); // a client that no longer waits, as a worker that shuts down
    passed.on('response', (answer) => {
      if (stream.destroyed) return;
      stream.respond(answer, { waitForTrailers: true, endStream: false });
      stream.on('wantTrailers', () => stream.destroyed || stream.sendTrailers(withoutHopByHop(trailers)));
      passed.pipe(stream);
    });
    stream.pipe(passed);
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const { port } = front.address() as AddressInfo; // it listens on TCP
  return {
    address: `127.0.0.1:${port}`,
    keys,
    close: () => {
      upstream.destroy();
      front.close();
    },
  };
}

const withoutHopByHop = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !['connection', 'host'].includes(name)));
