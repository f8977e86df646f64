import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Listens on a free port of this machine until the test has finished; returns the port. */
/** @param atEnd takes what closes it; default: the end of the test */
export async function listenOnLoopback(
  server: Server,
  atEnd: (close: () => Promise<void>) => void = onTestFinished,
): Promise<number> {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  atEnd(
    () =>
      new Promise<void>((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  );
  const { port } = server.address() as AddressInfo; // a TCP server's address, never a pipe's
  return port;
}
