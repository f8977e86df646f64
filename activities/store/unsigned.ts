/** Uploads whose bytes the signature does not cover: that would be one hash more of every byte, here and on the server. */

/** For a command's middleware. The server checks a CRC-32 of the bytes, every reader their SHA-256. */
const unsignedBody =
  <A extends { request: unknown }, R>(next: (args: A) => R) =>
  (args: A): R => {
    // The SDK types requests as unknown; at this step every one is an HTTP request.
    const request = args.request as { headers: Record<string, string> };
    request.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
    return next(args);
  };

interface Command {
  middlewareStack: { add(middleware: typeof unsignedBody, options: { step: 'build' }): void };
}

/** The command, signed except for its body. */
export function withUnsignedBody<C extends Command>(command: C): C {
  command.middlewareStack.add(unsignedBody, { step: 'build' });
  return command;
}
