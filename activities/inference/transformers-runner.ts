/**
 * The trainer's own `generate`: Transformers with the adapter unmerged. It evaluates checkpoints that are too
 * large for the ONNX path, and is what that path is tested against.
 */
import { mkdtemp, open } from 'node:fs/promises';
import { join } from 'node:path';
import { DermflowError, failureTypes } from '../../domain/failures.ts';
import type { GenerateJob } from '../../domain/jobs/generate.ts';
import { type GeneratedRow, generatedRowSchema } from '../../domain/trainer.ts';
import { writeRows } from '../json-lines.ts';
import type { AskedRow, GenerateOptions, ModelRunner } from '../ports/model-runner.ts';
import { removeFolder } from '../remove-folder.ts';
import { runTrainerJob, type TrainerProcess } from '../trainer/trainer-job.ts';

interface TransformersModel extends Pick<GenerateJob, 'model' | 'adapter' | 'seed' | 'threads' | 'precision'> {
  /** Each generation writes into a new folder below this one; `close` removes them. */
  scratch: string;
}

/** A runner that starts one trainer process for each generation. */
export function createTransformersRunner(trainer: TrainerProcess, model: TransformersModel): ModelRunner {
  const { scratch, ...settings } = model;
  const folders: string[] = [];

  async function* generate(rows: readonly AskedRow[], options: GenerateOptions): AsyncGenerator<GeneratedRow> {
    const { images, batchSize, maxNewTokens, temperature = 0, signal, onProgress } = options;
    const folder = await mkdtemp(join(scratch, 'generate-'));
    folders.push(folder);
    const data = { rows: join(folder, 'rows.jsonl'), images };
    const asked = rows.map(({ options: _, ...row }) => row); // the trainer returns no probabilities
    await writeRows(data.rows, asked);
    const job: GenerateJob = {
      ...{ schema: 1, job: 'generate', ...settings, output: folder, data, batchSize, maxNewTokens },
      ...(temperature > 0 ? { temperature } : {}),
    };
    // Whoever stops reading in the middle ends the process too.
    const left = new AbortController();
    const ending = signal ? AbortSignal.any([signal, left.signal]) : left.signal;
    const batches = createBell();
    const running = runTrainerJob(trainer, job, {
      ...{ folder, signal: ending },
      onProgress: (done, total) => {
        batches.ring();
        onProgress?.(done, total);
      },
    });
    let ended = false;
    const end = (): void => {
      ended = true;
      batches.ring();
    };
    running.then(end, end);
    const written = createTail(join(folder, 'generated.jsonl'));
    let count = 0;
    try {
      for (;;) {
        const last = ended;
        for (const line of await written()) {
          const generated = generatedRowSchema.parse(JSON.parse(line));
          const expected = rows[count]?.id;
          if (generated.id !== expected)
            throw crashed(`generate: row ${count + 1} is ${generated.id}, not ${expected}`);
          count += 1;
          yield generated;
        }
        if (last) break;
        await batches.rung();
      }
      await running; // throws what it ended by
      if (count !== rows.length) throw crashed(`generate: ${count} of ${rows.length} rows were answered`);
    } finally {
      left.abort(new Error('nobody reads on'));
      await running.catch(() => {});
    }
  }

  return {
    generate,
    close: async () => {
      await Promise.all(folders.map(removeFolder));
    },
  };
}

const crashed = (message: string): DermflowError => new DermflowError(failureTypes.trainerCrashed, message);

/** `rung` resolves once `ring` was called since it was last asked. */
function createBell(): { ring: () => void; rung: () => Promise<void> } {
  let bell = Promise.withResolvers<void>();
  return {
    ring: () => bell.resolve(),
    rung: async () => {
      await bell.promise;
      bell = Promise.withResolvers<void>();
    },
  };
}

/** Returns at each call the whole lines that were written to the file since the one before; none before it exists. */
function createTail(path: string): () => Promise<string[]> {
  let position = 0;
  let rest: Buffer = Buffer.alloc(0);
  return async () => {
    const file = await open(path).catch(() => null);
    if (!file) return [];
    try {
      const { size } = await file.stat();
      if (size === position) return [];
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - position), 0, size - position, position);
      position += bytesRead;
      const text = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const end = text.lastIndexOf(0x0a) + 1;
      rest = text.subarray(end);
      return text.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
    } finally {
      await file.close();
    }
  };
}
