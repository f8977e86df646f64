/**
 * The trainer's own `generate`: Transformers with the adapter unmerged. It evaluates checkpoints that are too
 * large for the ONNX path, and is what that path is tested against.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DermflowError, failureTypes } from '../../domain/failures.ts';
import { type GenerateJob, generatedRowSchema } from '../../domain/trainer.ts';
import { fileRows, writeRows } from '../json-lines.ts';
import type { ModelRunner } from '../ports/model-runner.ts';
import { runTrainerJob, type TrainerProcess } from '../trainer/trainer-job.ts';

export interface TransformersModel extends Pick<GenerateJob, 'model' | 'adapter' | 'seed' | 'threads' | 'precision'> {
  /** Each generation writes into a new folder below this one; `close` removes them. */
  scratch: string;
}

/** A runner that starts one trainer process for each generation. */
export function createTransformersRunner(trainer: TrainerProcess, model: TransformersModel): ModelRunner {
  const { scratch, ...settings } = model;
  const folders: string[] = [];
  return {
    generate: async function* (rows, { images, batchSize, maxNewTokens, signal, onProgress }) {
      const folder = await mkdtemp(join(scratch, 'generate-'));
      folders.push(folder);
      const data = { rows: join(folder, 'rows.jsonl'), images };
      await writeRows(data.rows, rows);
      const job: GenerateJob = {
        schema: 1,
        job: 'generate',
        ...settings,
        output: folder,
        data,
        batchSize,
        maxNewTokens,
      };
      const outputs = await runTrainerJob(trainer, job, { folder, signal, ...(onProgress ? { onProgress } : {}) });
      const path = outputs.generated ?? join(folder, 'generated.jsonl');
      const crashed = (message: string, cause?: unknown): DermflowError =>
        new DermflowError(failureTypes.trainerCrashed, `generate: ${message}`, { cause });
      let count = 0;
      for await (const generated of fileRows(path, generatedRowSchema, 'generated.jsonl', { failure: crashed })) {
        const expected = rows[count]?.id;
        if (generated.id !== expected) throw crashed(`row ${count + 1} is ${generated.id}, not ${expected}`);
        count += 1;
        yield generated;
      }
      if (count !== rows.length) throw crashed(`${count} of ${rows.length} rows were answered`);
    },
    close: async () => {
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    },
  };
}
