/** The log of a training stage, from its step 1; kept inside each checkpoint so that a resumed run loses nothing. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJsonLines } from '../store/commit.ts';

export const logFiles = {
  metrics: 'dermflow-metrics.jsonl',
  samples: 'dermflow-samples.jsonl',
  usage: 'dermflow-usage.jsonl',
} as const;

export const metricsRowSchema = z.object({ step: z.int(), values: z.record(z.string(), z.number().nullable()) });
export type MetricsRow = z.infer<typeof metricsRowSchema>;

export const sampleRowSchema = z.looseObject({ step: z.int() });
export type SampleRow = z.infer<typeof sampleRowSchema>;

/** Speed over all ranks and rank 0's peak, in tokens a second and bytes. No two runs agree in them. */
export const usageRowSchema = z.object({
  step: z.int(),
  tokensPerSecond: z.number().nullable(),
  memoryBytes: z.int().nullable(),
});
export type UsageRow = z.infer<typeof usageRowSchema>;

export interface StageLog {
  metrics: MetricsRow[];
  samples: SampleRow[];
  usage: UsageRow[];
}

/** What a checkpoint's folder keeps; empty for the stage's start. */
export const readLog = async (folder: string | null): Promise<StageLog> =>
  folder === null
    ? { metrics: [], samples: [], usage: [] }
    : {
        metrics: await readRows(join(folder, logFiles.metrics), metricsRowSchema),
        samples: await readRows(join(folder, logFiles.samples), sampleRowSchema),
        usage: await readRows(join(folder, logFiles.usage), usageRowSchema),
      };

/** Several lines may be logged for one step (loss, validation loss): they become one row. */
export function record(rows: MetricsRow[], { step, values }: MetricsRow): void {
  const last = rows.at(-1);
  if (last?.step === step) Object.assign(last.values, values);
  else rows.push({ step, values: { ...values } });
}

/** Rows of a file that may still be written to: a last line without its end is left out. None where it is absent. */
export async function readRows<T extends { step: number }>(path: string, schema: z.ZodType<T>): Promise<T[]> {
  try {
    const text = await readFile(path, 'utf8');
    return parseJsonLines(text.slice(0, text.lastIndexOf('\n') + 1), schema);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
