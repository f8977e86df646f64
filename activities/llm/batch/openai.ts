/** OpenAI's batches, which gateways and other providers offer too: a file of lines, `/batches`, a file of results. */
import { z } from 'zod';
import { userMistake } from '../../../domain/failures.ts';
import type { LlmBatches } from '../../ports/llm-client.ts';
import { type BatchMeans, collectLines, encodeLines } from './lines.ts';

const method = '/v1/chat/completions';
/** Its name in a batch's metadata. */
const labelName = 'dermflow';

const fileSchema = z.looseObject({ id: z.string() });
const batchSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  created_at: z.number().nullish(),
  metadata: z.record(z.string(), z.string()).nullish().catch(null),
  output_file_id: z.string().nullish(),
  request_counts: z.looseObject({ completed: z.number().nullish() }).nullish(),
  errors: z.looseObject({ data: z.array(z.looseObject({ message: z.string().nullish() })).nullish() }).nullish(),
});
const pageSchema = z.looseObject({ data: z.array(batchSchema), has_more: z.boolean().nullish() });
const lineSchema = z.looseObject({
  custom_id: z.string(),
  response: z.looseObject({ status_code: z.number(), body: z.unknown().optional() }).nullish(),
});

/** States in which nothing more comes; what was answered until then is in the file. */
const ends = new Set(['completed', 'expired', 'cancelled']);

export function openAiBatches(means: BatchMeans): LlmBatches {
  const { send, name } = means;
  const json = async (path: string, init: RequestInit, signal: AbortSignal): Promise<unknown> =>
    (await send(path, init, signal)).json();
  return {
    submit: async (lines, label, signal) => {
      const encoded = await encodeLines(means, lines);
      const rows = encoded.map(({ id, body }) => JSON.stringify({ custom_id: id, method: 'POST', url: method, body }));
      const form = new FormData();
      form.set('purpose', 'batch');
      form.set('file', new Blob([`${rows.join('\n')}\n`], { type: 'application/jsonl' }), `dermflow-${label}.jsonl`);
      const file = fileSchema.parse(await json('/files', { method: 'POST', body: form }, signal));
      const order = {
        ...{ input_file_id: file.id, endpoint: method, completion_window: '24h' },
        metadata: { [labelName]: label },
      };
      const headers = { 'content-type': 'application/json' };
      return batchSchema.parse(await json('/batches', { method: 'POST', headers, body: JSON.stringify(order) }, signal))
        .id;
    },

    find: async (_, label, since, signal) => {
      const found: string[] = [];
      let after = '';
      for (;;) {
        const page = pageSchema.parse(await json(`/batches?limit=100${after}`, {}, signal));
        found.push(...page.data.filter(({ metadata }) => metadata?.[labelName] === label).map(({ id }) => id));
        const last = page.data.at(-1);
        // Newest first; an hour is more than clocks differ by.
        const isPast =
          last !== undefined && 1_000 * (last.created_at ?? Number.POSITIVE_INFINITY) < since.getTime() - 3_600_000;
        if (!page.has_more || last === undefined || isPast) return found;
        after = `&after=${encodeURIComponent(last.id)}`;
      }
    },

    look: async (batch, lines, signal) => {
      const found = batchSchema.parse(await json(`/batches/${encodeURIComponent(batch)}`, {}, signal));
      const { status, errors, output_file_id: output, request_counts: counts } = found;
      if (status === 'failed') {
        const words = errors?.data?.map(({ message }) => message ?? '').join('; ') ?? '';
        throw userMistake(`${name} did not take batch ${batch}; set llm.batch to false; it says: ${words}`);
      }
      if (!ends.has(status)) return { ended: false, done: counts?.completed ?? 0 };
      // Without any answered line there is no such file.
      if (!output) return { ended: true, replies: new Map(), isOurs: true };
      const response = await send(`/files/${encodeURIComponent(output)}/content`, {}, signal);
      return collectLines(means, lines, await response.text(), (row) => {
        const { custom_id: id, response: got } = lineSchema.parse(row);
        return { id, body: got && got.status_code < 300 ? got.body : undefined };
      });
    },
  };
}
