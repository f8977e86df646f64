/** What a server says when a TLS connection to it is begun. gRPC keeps some of these words to itself. */
import { once } from 'node:events';
import { connect } from 'node:tls';
import type { ConnectionOptions } from '@temporalio/client';

const patienceMs = 3_000;
const defaultPort = 7233;

/**
 * The words of the alert or of the check that ends the connection; that it was ended without one; null where it stays
 * or nothing answers.
 */
export async function handshakeWords({ address = '', tls }: ConnectionOptions): Promise<string | null> {
  const settings = typeof tls === 'object' && tls !== null ? tls : {};
  const { hostname, port } = new URL(`tls://${address}`);
  const { serverRootCACertificate: ca, clientCertPair: pair } = settings;
  const socket = connect({
    host: hostname,
    port: Number(port || defaultPort),
    servername: settings.serverNameOverride ?? hostname,
    ALPNProtocols: ['h2'],
    ...(ca ? { ca: Buffer.from(ca) } : {}),
    ...(pair ? { cert: Buffer.from(pair.crt), key: Buffer.from(pair.key) } : {}),
  });
  let met = false;
  socket.once('secureConnect', () => {
    met = true;
  });
  socket.resume(); // an alert of TLS 1.3 comes after the handshake
  try {
    await once(socket, 'close', { signal: AbortSignal.timeout(patienceMs) });
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return null;
    const words = error instanceof Error ? error.message : String(error);
    if (/ECONNRESET|EPIPE|socket hang up|disconnected/.test(words) && met) return silence;
    return /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH/.test(words) ? null : words;
  } finally {
    socket.destroy();
  }
  return met ? silence : null;
}

const silence = 'it ends the connection without a word';
