/** Anthropic's message batches: the lines in one request, the results by an address. They carry no label. */
import { z } from 'zod';
import type { LlmBatches } from '../../ports/llm-client.ts';
import { askJson, type BatchMeans, collectLines, encodeLines } from './lines.ts';

const batchSchema = z.looseObject({
  id: z.string(),
  processing_status: z.string(),
  created_at: z.string(),
  request_counts: z.record(z.string(), z.number()),
});
const pageSchema = z.looseObject({
  data: z.array(batchSchema),
  has_more: z.boolean().nullish(),
  last_id: z.string().nullish(),
});
const lineSchema = z.looseObject({
  custom_id: z.string(),
  result: z.looseObject({ type: z.string(), message: z.unknown().optional() }),
});

/** Clocks differ. */
const toleranceMs = 3_600_000;

export function anthropicBatches(means: BatchMeans): LlmBatches {
  const { send } = means;
  return {
    submit: async (lines, _, signal) => {
      const encoded = await encodeLines(means, lines);
      const beta = encoded.find((line) => line.beta !== '')?.beta;
      const headers = { 'content-type': 'application/json', ...(beta === undefined ? {} : { 'anthropic-beta': beta }) };
      const body = JSON.stringify({ requests: encoded.map(({ id, body }) => ({ custom_id: id, params: body })) });
      return (await askJson(means, '/messages/batches', { method: 'POST', headers, body }, batchSchema, signal)).id;
    },

    find: async (lines, _, since, signal) => {
      const found: string[] = [];
      let after = '';
      for (;;) {
        const page = await askJson(means, `/messages/batches?limit=100${after}`, {}, pageSchema, signal);
        for (const { id, created_at: at, request_counts: counts } of page.data) {
          if (Date.parse(at) < since.getTime() - toleranceMs) return found; // newest first
          const size = Object.values(counts).reduce((sum, count) => sum + count, 0);
          if (size === lines.size) found.push(id);
        }
        if (!page.has_more || !page.last_id) return found;
        const next = `&after_id=${encodeURIComponent(page.last_id)}`;
        if (next === after) return found; // it knows no pages, and gives the same again
        after = next;
      }
    },

    poll: async (batch, lines, signal) => {
      const path = `/messages/batches/${encodeURIComponent(batch)}`;
      const { processing_status: status, request_counts: counts } = await askJson(means, path, {}, batchSchema, signal);
      if (status !== 'ended') return { ended: false, done: counts.succeeded ?? 0 };
      const response = await send(`${path}/results`, {}, signal);
      return collectLines(means, lines, response, (row) => {
        const line = lineSchema.safeParse(row).data;
        if (!line) return null;
        const { custom_id: id, result } = line;
        return { id, body: result.type === 'succeeded' ? result.message : undefined };
      });
    },
  };
}
