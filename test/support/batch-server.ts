/** A small server that speaks the batch protocols of OpenAI and Anthropic, beside their chat, for tests. */
import { createServer, type IncomingMessage } from 'node:http';
import { listenOnLoopback } from './loopback.ts';

type Protocol = 'openai' | 'anthropic';
type Body = Record<string, unknown>;

interface Batch {
  id: string;
  label: string | null;
  lines: { custom_id: string; body: Body }[];
  looks: number;
  created: number;
}

export interface BatchServer {
  baseUrl: string;
  batches: Batch[];
  /** Bodies that were asked for alone. */
  alone: Body[];
}

export interface BatchBehaviour {
  /** Text of the reply to a line; null: the line fails. */
  answer: (body: Body, index: number) => string | null;
  /** How often a batch is looked at before it has ended. Default: 1. */
  looks?: number;
  /** How a batch of OpenAI ends. Default: completed. */
  end?: string;
  /** Stands in front of all else, e.g. an outage. */
  before?: (method: string, path: string) => { status: number; body: string } | null;
}

export async function serveBatches(protocol: Protocol, behaviour: BatchBehaviour): Promise<BatchServer> {
  const batches: Batch[] = [];
  const alone: Body[] = [];
  const files = new Map<string, string>();
  const { answer, looks = 1, end = 'completed' } = behaviour;
  const completion = (text: string): Body =>
    protocol === 'openai'
      ? {
          ...{ id: 'x', object: 'chat.completion', model: 'served', system_fingerprint: 'fp_1' },
          choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: text } }],
          usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
        }
      : {
          ...{ type: 'message', id: 'x', model: 'served', role: 'assistant', stop_reason: 'end_turn' },
          ...{ content: [{ type: 'text', text }], usage: { input_tokens: 7, output_tokens: 3 } },
        };
  const hasEnded = (batch: Batch): boolean => batch.looks > looks;
  const shown = (batch: Batch): Body =>
    protocol === 'openai'
      ? {
          ...{ id: batch.id, object: 'batch', created_at: batch.created / 1_000 },
          status: hasEnded(batch) ? end : 'in_progress',
          metadata: { dermflow: batch.label },
          ...(hasEnded(batch) && end !== 'failed' ? { output_file_id: `out-${batch.id}` } : {}),
          ...(end === 'failed' ? { errors: { data: [{ message: 'Invalid line 1.' }] } } : {}),
          request_counts: { total: batch.lines.length, completed: 0, failed: 0 },
        }
      : {
          ...{ id: batch.id, type: 'message_batch', created_at: new Date(batch.created).toISOString() },
          processing_status: hasEnded(batch) ? 'ended' : 'in_progress',
          request_counts: { processing: batch.lines.length, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
        };
  /** In another order than they were asked in, as providers may. */
  const results = ({ lines }: Batch): string =>
    lines
      .map(({ custom_id, body }, index): Body | null => {
        const text = answer(body, index);
        if (protocol === 'anthropic') {
          const error = { type: 'errored', error: { type: 'error', error: { message: 'no' } } };
          return { custom_id, result: text === null ? error : { type: 'succeeded', message: completion(text) } };
        }
        return text === null
          ? null
          : { custom_id, response: { status_code: 200, body: completion(text) }, error: null };
      })
      .flatMap((line) => (line === null ? [] : [JSON.stringify(line)]))
      .toReversed()
      .join('\n');
  const add = (label: string | null, lines: Batch['lines']): Batch => {
    const batch = { id: `batch_${batches.length + 1}`, label, lines, looks: 0, created: Date.now() };
    batches.push(batch);
    return batch;
  };

  async function respond(request: IncomingMessage, path: string): Promise<string | Body> {
    const bytes: Buffer[] = [];
    for await (const chunk of request) bytes.push(chunk);
    const body = Buffer.concat(bytes);
    const json = (): Body => JSON.parse(body.toString());
    if (request.method === 'POST') {
      if (path.endsWith('/files')) {
        const headers = { 'content-type': request.headers['content-type'] ?? '' };
        const file = (await new Response(body, { headers }).formData()).get('file');
        if (!(file instanceof File)) throw new Error('no file');
        const id = `file_${files.size + 1}`;
        files.set(id, await file.text());
        return { id };
      }
      if (path.endsWith('/messages/batches')) {
        const { requests } = json() as { requests: { custom_id: string; params: Body }[] };
        return shown(
          add(
            null,
            requests.map(({ custom_id, params }) => ({ custom_id, body: params })),
          ),
        );
      }
      if (path.endsWith('/batches')) {
        const { input_file_id: id, metadata } = json() as { input_file_id: string; metadata: { dermflow: string } };
        const lines = (files.get(id) ?? '').split('\n').filter((line) => line !== '');
        return shown(
          add(
            metadata.dermflow,
            lines.map((line) => JSON.parse(line)),
          ),
        );
      }
      alone.push(json());
      return completion('It shows a regular border, asked for alone.');
    }
    const batch = batches.find(({ id }) => path.includes(`${id}`) && !path.includes(`${id}0`));
    if (path.endsWith('/batches')) return { data: batches.toReversed().map(shown), has_more: false };
    if (batch && /content$|results$/.test(path)) return results(batch);
    if (batch) {
      batch.looks++;
      return shown(batch);
    }
    return { data: [] };
  }

  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '', 'http://server').pathname;
    const refused = behaviour.before?.(request.method ?? '', path) ?? null;
    const answered = refused === null ? await respond(request, path) : refused.body;
    response.writeHead(refused?.status ?? 200, { 'content-type': 'application/json' });
    response.end(typeof answered === 'string' ? answered : JSON.stringify(answered));
  });
  const port = await listenOnLoopback(server);
  return { baseUrl: `http://127.0.0.1:${port}/v1`, batches, alone };
}
