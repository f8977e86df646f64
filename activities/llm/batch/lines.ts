/** What the batch protocols share: lines out, lines in. */
import type { z } from 'zod';
import { unavailable } from '../../../domain/failures.ts';
import type { LlmImage, LlmReply, LlmRequest } from '../../../domain/llm.ts';
import { linesOf } from '../../json-lines.ts';
import type { BatchState } from '../../ports/llm-client.ts';
import type { BatchCodec } from './codec.ts';

export interface BatchMeans {
  /** The endpoint, for messages. */
  name: string;
  codec: BatchCodec;
  loadImage: (image: LlmImage) => Promise<Uint8Array>;
  /** What the endpoint says, for messages: in one line, without secrets. */
  clean: (text: string) => string;
  /** A request below the endpoint's address, with its key; waited for as long as it is away. */
  send: (path: string, init: RequestInit, signal: AbortSignal) => Promise<Response>;
}

/** Asks for JSON. What is none, or of another shape, came from something in between: it is waited for. */
export async function askJson<T>(
  { send, name, clean }: Pick<BatchMeans, 'send' | 'name' | 'clean'>,
  path: string,
  init: RequestInit,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T> {
  const text = await (await send(path, init, signal)).text();
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw unavailable(
    `${name}: the answer for ${path} is not one of a batch API (${clean(text).slice(0, 200)}); the run goes on when it is, or set llm.batch to false`,
  );
}

/** Undefined where it is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface EncodedLine {
  id: string;
  body: Record<string, unknown>;
  beta: string;
}

export async function encodeLines(
  { codec, loadImage }: BatchMeans,
  lines: ReadonlyMap<string, LlmRequest>,
): Promise<EncodedLine[]> {
  const encoded: EncodedLine[] = [];
  for (const [id, request] of lines) {
    const images = request.images ?? [];
    const pictures = await Promise.all(
      images.map(async (image) => ({ mediaType: image.mediaType, data: await loadImage(image) })),
    );
    encoded.push({ id, ...(await codec.encode(request, pictures)) });
  }
  return encoded;
}

/**
 * The replies in a file of results. A row that is no JSON, or names no line, counts as not there: its line is asked for
 * alone. Throws `Unavailable` where the file was cut off in the middle of a row.
 *
 * @param parse the id of a row, and the body of its answer, undefined where it has none; null for no row at all
 */
export async function collectLines(
  { codec, name }: BatchMeans,
  lines: ReadonlyMap<string, LlmRequest>,
  results: Response,
  parse: (row: unknown) => { id: string; body: unknown } | null,
): Promise<BatchState> {
  const replies = new Map<string, LlmReply>();
  let [rows, ours] = [0, 0];
  let isWhole = true;
  const file = `${name}: the results of a batch`;
  for await (const { text } of linesOf(results.body ?? [], file, { failure: unavailable })) {
    rows++;
    const row = jsonOf(text);
    isWhole = row !== undefined; // the last row decides
    const found = parse(row);
    const request = found ? lines.get(found.id) : undefined;
    if (!found || request === undefined) continue;
    ours++;
    const reply = found.body === undefined ? null : await codec.decode(request, found.body);
    if (reply !== null) replies.set(found.id, reply);
  }
  if (!isWhole) throw unavailable(`${file} end in the middle of a row; they are asked for again`);
  return { ended: true, replies, isOurs: ours > 0 || rows === 0 };
}
