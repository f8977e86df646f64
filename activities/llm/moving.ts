/** Replies whose pieces are noted as they come, and which fail where no further piece comes. */
import { pipeline, Readable, Transform } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { workNoter } from '../motion.ts';

/**
 * Silence, in milliseconds, after which a reply that has begun counts as broken off. Before its first piece there is no
 * such limit but the reply's own (`DERMFLOW_LLM_TIMEOUT`): servers answer at once and then queue or think for minutes. A
 * connection that is dead by then is found by TCP's own probes, which undici asks for, within some 70 s.
 */
export const silenceMs = 110_000;

export function watchReply(response: Response, silence = silenceMs): Response {
  if (!response.body) return response;
  // The web's streams and Node's are the same objects here, which their types do not know.
  const pieces = watchPieces(Readable.fromWeb(response.body as NodeReadableStream), silence);
  return new Response(Readable.toWeb(pieces) as ReadableStream, response);
}

/** The same for a reply's body as a stream of Node's. */
export function watchPieces(body: Readable, silence = silenceMs): Readable {
  const note = workNoter();
  let watchdog: NodeJS.Timeout | undefined;
  const watched = new Transform({
    transform(piece, _encoding, done) {
      note();
      watchdog ??= setTimeout(() => watched.destroy(brokenOff(silence)), silence);
      watchdog.refresh();
      done(null, piece);
    },
    destroy(error, done) {
      clearTimeout(watchdog);
      done(error);
    },
  });
  return pipeline(body, watched, () => {}); // an error reaches the reader
}

/** The whole body, watched likewise: of a reply that comes in one piece a stream around it would cost more than the rest. */
export async function readPieces(body: Readable, silence = silenceMs): Promise<Buffer> {
  const note = workNoter();
  const pieces: Uint8Array[] = [];
  let watchdog: NodeJS.Timeout | undefined;
  try {
    for await (const piece of body) {
      note();
      watchdog ??= setTimeout(() => body.destroy(brokenOff(silence)), silence);
      watchdog.refresh();
      pieces.push(piece);
    }
  } finally {
    clearTimeout(watchdog);
  }
  return Buffer.concat(pieces);
}

const brokenOff = (silence: number): Error =>
  Object.assign(new Error(`no more of the reply came within ${silence / 1000} s`), { code: 'ETIMEDOUT' });
