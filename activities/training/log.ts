/** The log of a stage of training, from its step 1; kept inside each checkpoint so that a resumed run loses nothing. */
import { join } from 'node:path';
import type { z } from 'zod';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { MetricsLine, UsageLine } from '../../domain/report/training-log.ts';
import { fileRows } from '../json-lines.ts';
import { listRows } from '../rows.ts';

const { metrics, samples, usage } = artifactFiles.checkpoint;
export const logFiles = { metrics, samples, usage } as const;

export type SampleRow = z.infer<typeof samples.schema>;

export interface TrainingLog {
  metrics: MetricsLine[];
  samples: SampleRow[];
  usage: UsageLine[];
}

/** What a checkpoint's folder keeps; empty for the stage's start. */
export const readLog = async (folder: string | null): Promise<TrainingLog> =>
  folder === null
    ? { metrics: [], samples: [], usage: [] }
    : {
        metrics: await readRows(join(folder, metrics.name), metrics.schema),
        samples: await readRows(join(folder, samples.name), samples.schema),
        usage: await readRows(join(folder, usage.name), usage.schema),
      };

/** Several lines may be logged for one step (loss, validation loss): they become one row. */
export function record(rows: MetricsLine[], { step, values }: MetricsLine): void {
  const last = rows.at(-1);
  if (last?.step === step) Object.assign(last.values, values);
  else rows.push({ step, values: { ...values } });
}

/** Rows of a file that may still be written to: a last line without its end is left out. None where it is absent. */
export async function readRows<T extends { step: number }>(path: string, schema: z.ZodType<T>): Promise<T[]> {
  try {
    return await listRows(fileRows(path, schema, path, { unfinished: 'leave out' }));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
