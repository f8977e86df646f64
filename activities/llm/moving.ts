/** Replies whose pieces are noted as they come, and which fail where no further piece comes. */
import { pipeline, type Readable, Transform } from 'node:stream';
import { workNoter } from '../motion.ts';

/**
 * Silence, in milliseconds, after which a reply that has begun counts as broken off. Before its first piece there is no
 * such limit but the reply's own (`DERMFLOW_LLM_TIMEOUT`): servers answer at once and then queue or think for minutes. A
 * connection that is dead by then is found by TCP's own probes, which undici asks for, within some 70 s.
 */
export const replySilenceMs = 110_000;

export function watchPieces(body: Readable, silence = replySilenceMs): Readable {
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

/**
 * The whole body, watched likewise: of a reply that comes in one piece a stream around it would cost more than the rest.
 *
 * @param isWhole of a body that broke off, whether nothing is missing all the same
 */
export async function readPieces(
  body: Readable,
  silence = replySilenceMs,
  isWhole: (bytes: Buffer) => boolean = () => false,
): Promise<Buffer<ArrayBuffer>> {
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
  } catch (error) {
    if (!isWhole(Buffer.concat(pieces))) throw error;
  } finally {
    clearTimeout(watchdog);
  }
  return Buffer.concat(pieces);
}

const brokenOff = (silence: number): Error =>
  Object.assign(new Error(`no more of the reply came within ${silence / 1000} s`), { code: 'ETIMEDOUT' });
