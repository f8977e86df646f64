/** What the batch protocols share: lines out, lines in. */
import type { LlmImage, LlmReply, LlmRequest } from '../../../domain/llm.ts';
import type { BatchState } from '../../ports/llm-client.ts';
import type { BatchCodec } from './codec.ts';

export interface BatchMeans {
  /** The endpoint, for messages. */
  name: string;
  codec: BatchCodec;
  loadImage: (image: LlmImage) => Promise<Uint8Array>;
  /** A request below the endpoint's address, with its key; waited for as long as it is away. */
  send: (path: string, init: RequestInit, signal: AbortSignal) => Promise<Response>;
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
 * The replies in a file of results.
 *
 * @param parse the id of a row, and the body of its answer; undefined where it has none
 */
export async function collectLines(
  { codec }: BatchMeans,
  lines: ReadonlyMap<string, LlmRequest>,
  results: string,
  parse: (row: unknown) => { id: string; body: unknown },
): Promise<BatchState> {
  const replies = new Map<string, LlmReply>();
  const rows = results.split('\n').filter((row) => row.trim() !== '');
  let ours = 0;
  for (const row of rows) {
    const { id, body } = parse(JSON.parse(row));
    const request = lines.get(id);
    if (request === undefined) continue;
    ours++;
    const reply = body === undefined ? null : await codec.decode(request, body);
    if (reply !== null) replies.set(id, reply);
  }
  return { ended: true, replies, isOurs: ours > 0 || rows.length === 0 };
}
