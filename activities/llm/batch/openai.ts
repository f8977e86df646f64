/** OpenAI's batches, which gateways and other providers offer too: a file of lines, `/batches`, a file of results. */
import { z } from 'zod';
import { userMistake } from '../../../domain/failures.ts';
import type { LlmBatches } from '../../ports/llm-client.ts';
import { askJson, type BatchMeans, collectLines, encodeLines } from './lines.ts';

const method = '/v1/chat/completions';
/** Its name in a batch's metadata. */
const labelName = 'dermflow';

const fileSchema = z.looseObject({ id: z.string() });
const batchSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  created_at: z.number().nullish().catch(null),
  metadata: z.record(z.string(), z.string()).nullish().catch(null),
  output_file_id: z.string().nullish(),
  request_counts: z.looseObject({ completed: z.number().nullish() }).nullish().catch(null),
  errors: z
    .looseObject({ data: z.array(z.looseObject({ message: z.string().nullish() })).nullish() })
    .nullish()
    .catch(null),
});
const pageSchema = z.looseObject({ data: z.array(batchSchema), has_more: z.boolean().nullish() });
const lineSchema = z.looseObject({
  custom_id: z.string(),
  response: z.looseObject({ status_code: z.coerce.number(), body: z.unknown().optional() }).nullish(),
});

/** States in which nothing more comes; what was answered until then is in the file. */
const ends = new Set(['completed', 'expired', 'cancelled']);

export function openAiBatches(means: BatchMeans): LlmBatches {
  const { send, name, clean } = means;
  return {
    submit: async (lines, label, signal) => {
      const encoded = await encodeLines(means, lines);
      const rows = encoded.map(({ id, body }) => JSON.stringify({ custom_id: id, method: 'POST', url: method, body }));
      const form = new FormData();
      form.set('purpose', 'batch');
      form.set('file', new Blob([`${rows.join('\n')}\n`], { type: 'application/jsonl' }), `dermflow-${label}.jsonl`);
      const file = await askJson(means, '/files', { method: 'POST', body: form }, fileSchema, signal);
      const order = {
        ...{ input_file_id: file.id, endpoint: method, completion_window: '24h' },
        metadata: { [labelName]: label },
      };
      const headers = { 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(order) };
      return (await askJson(means, '/batches', init, batchSchema, signal)).id;
    },

    find: async (_, label, since, signal) => {
      const found: string[] = [];
      let after = '';
      for (;;) {
        const page = await askJson(means, `/batches?limit=100${after}`, {}, pageSchema, signal);
        found.push(...page.data.filter(({ metadata }) => metadata?.[labelName] === label).map(({ id }) => id));
        const last = page.data.at(-1);
        // Newest first; an hour is more than clocks differ by.
        const isPast =
          last !== undefined && 1_000 * (last.created_at ?? Number.POSITIVE_INFINITY) < since.getTime() - 3_600_000;
        if (!page.has_more || last === undefined || isPast) return found;
        const next = `&after=${encodeURIComponent(last.id)}`;
        if (next === after) return found; // it knows no pages, and gives the same again
        after = next;
      }
    },

    poll: async (batch, lines, signal) => {
      const found = await askJson(means, `/batches/${encodeURIComponent(batch)}`, {}, batchSchema, signal);
      const { status, errors, output_file_id: output, request_counts: counts } = found;
      if (status === 'failed') {
        const words = errors?.data?.map(({ message }) => message ?? '').join('; ') ?? '';
        throw userMistake(`${name} did not take batch ${batch}; set llm.batch to false; it says: ${clean(words)}`);
      }
      if (!ends.has(status)) return { ended: false, done: counts?.completed ?? 0 };
      // Without any answered line there is no such file.
      if (!output) return { ended: true, replies: new Map(), isOurs: true };
      const response = await send(`/files/${encodeURIComponent(output)}/content`, {}, signal);
      return collectLines(means, lines, response, (row) => {
        const line = lineSchema.safeParse(row).data;
        if (!line) return null;
        const { custom_id: id, response: got } = line;
        return { id, body: got && got.status_code < 300 ? got.body : undefined };
      });
    },
  };
}
