/** A model behind an endpoint, by the provider layer: its dialects, its patience, its classes of failure. */
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LlmImage, LlmRequest } from '../../domain/llm.ts';
import { tags } from '../../domain/questions/tags.ts';
import type { LlmClient } from '../ports/llm-client.ts';
import type { AskedRow, Generated, GenerateOptions, ModelRunner } from '../ports/model-runner.ts';

interface EndpointModel {
  /** @param loadImage the bytes of a request's picture */
  connect: (loadImage: (image: LlmImage) => Promise<Uint8Array>) => LlmClient;
  /** Requests under way at the same time. */
  concurrency: number;
}

/** A reply that the endpoint did not give is an answer without text, whose `finish` says why. */
export function createEndpointRunner({ connect, concurrency }: EndpointModel): ModelRunner {
  const pictures = createPictures(2 * concurrency);
  const client = connect(pictures.bytesOf);

  async function ask(row: AskedRow, options: GenerateOptions, signal: AbortSignal): Promise<Generated> {
    const images = await Promise.all(row.images.map((name) => pictures.read({ ...options, name })));
    const reply = await client.complete(requestFor(row, images, options), signal);
    return {
      id: row.id,
      text: reply.text,
      tokens: [],
      finish: reply.finish,
      ...(reply.options ? { options: reply.options } : {}),
    };
  }

  return {
    generate: async function* (rows, options) {
      let done = 0;
      const work = (row: AskedRow, at: number, signal: AbortSignal): Promise<Generated> => {
        // Before their turn: requests that wait for store and disk wait for each other, and then all go out at once.
        for (const name of rows[at + concurrency]?.images ?? []) {
          pictures.read({ ...options, name }).catch(() => {}); // thrown in its turn
        }
        return ask(row, options, signal);
      };
      for await (const generated of asTheyCome(rows, concurrency, options.signal, work)) {
        options.onProgress?.(++done, rows.length);
        yield generated;
      }
    },
    close: () => client.close(),
  };
}

/** A name, and where its bytes are. */
type ShownPictures = Pick<GenerateOptions, 'images' | 'load'> & { name: string };

interface LoadedPicture {
  image: LlmImage;
  data: Uint8Array;
}

/** @param most pictures whose bytes are kept, those that were asked for last: all items' would fill the memory */
function createPictures(most: number) {
  const kept = new Map<string, Promise<LoadedPicture>>();
  const shown = new Map<string, ShownPictures>();

  async function open({ name, images, load }: ShownPictures): Promise<LoadedPicture> {
    const data = await (load ? load(name) : readFile(join(images, name)));
    const sha256 = hash('sha256', data);
    shown.set(sha256, { name, images, ...(load ? { load } : {}) });
    return { image: { sha256, bytes: data.byteLength, mediaType: 'image/png' }, data };
  }

  function pictureOf(at: ShownPictures): Promise<LoadedPicture> {
    const picture = kept.get(at.name) ?? open(at);
    kept.delete(at.name);
    kept.set(at.name, picture);
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    return picture;
  }

  return {
    read: async (at: ShownPictures): Promise<LlmImage> => (await pictureOf(at)).image,
    bytesOf: async ({ sha256 }: LlmImage): Promise<Uint8Array> => {
      const at = shown.get(sha256);
      if (at === undefined) throw new RangeError(`no row shows the picture ${sha256}`);
      return (await pictureOf(at)).data;
    },
  };
}

function requestFor(row: AskedRow, images: LlmImage[], { maxNewTokens, temperature = 0 }: GenerateOptions): LlmRequest {
  return {
    ...{ system: row.system ?? '', user: row.prompt, images },
    ...{ maxTokens: maxNewTokens, temperature, seed: row.seed ?? 0 },
    // What our prompts ask for is a part of the answer.
    answerTags: [tags.thinking],
    ...(row.options ? { options: row.options } : {}),
  };
}

/**
 * Works on the rows, `concurrency` at a time, and yields each result as it comes. After an error, or where nobody reads
 * on, what is under way is aborted and waited for.
 */
async function* asTheyCome<T, R>(
  rows: readonly T[],
  concurrency: number,
  given: AbortSignal | undefined,
  work: (row: T, at: number, signal: AbortSignal) => Promise<R>,
): AsyncGenerator<R> {
  const left = new AbortController();
  const signal = given ? AbortSignal.any([given, left.signal]) : left.signal;
  const queue = rows.entries();
  const results: R[] = [];
  let failure: { reason: unknown } | null = null;
  let news = Promise.withResolvers<void>();
  let working = 0;
  const lane = async (): Promise<void> => {
    working += 1;
    try {
      for (const [at, row] of queue) {
        signal.throwIfAborted();
        results.push(await work(row, at, signal));
        news.resolve();
      }
    } catch (error) {
      failure ??= { reason: error };
      left.abort(error);
    } finally {
      working -= 1;
      news.resolve();
    }
  };
  const lanes = Array.from({ length: Math.min(concurrency, rows.length) }, lane);
  try {
    for (;;) {
      yield* results.splice(0);
      if (working === 0 && results.length === 0) break;
      await news.promise;
      news = Promise.withResolvers();
    }
    if (failure) throw (failure as { reason: unknown }).reason; // set by a lane, which the compiler does not see
  } finally {
    left.abort(new Error('nobody reads on'));
    await Promise.all(lanes);
  }
}
