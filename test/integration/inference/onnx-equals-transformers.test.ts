import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOnnxModel } from '../../../activities/inference/onnx-runner.ts';
import { createTransformersRunner } from '../../../activities/inference/transformers-runner.ts';
import type { AskedRow, GenerateOptions, ModelRunner } from '../../../activities/ports/model-runner.ts';
import { runTrainerJob } from '../../../activities/trainer/trainer-job.ts';
import type { ExportOnnxJob } from '../../../domain/jobs/export.ts';
import type { GenerateJob } from '../../../domain/jobs/generate.ts';
import type { ChatRow, GeneratedRow } from '../../../domain/trainer.ts';
import { buildMicroModel, imageSizes, type MicroModel, trainer, writeRows } from '../../support/micro-model.ts';

const limitMs = 600_000;
const maxNewTokens = 24;
let micro: MicroModel;
let exported: string;
let rows: ChatRow[];
let options: GenerateOptions;
let expected: GeneratedRow[];

async function collect(
  runner: ModelRunner,
  more: Partial<GenerateOptions> = {},
  asked: readonly AskedRow[] = rows,
): Promise<GeneratedRow[]> {
  const answers: GeneratedRow[] = [];
  for await (const answer of runner.generate(asked, { ...options, ...more })) answers.push(answer);
  return answers;
}

const oracleSettings = () =>
  ({
    seed: 1,
    threads: 2,
    precision: 'fp32',
    model: micro.base,
    adapter: micro.adapter,
    scratch: micro.folder,
  }) as const;

beforeAll(async () => {
  micro = await buildMicroModel();
  options = { images: join(micro.folder, 'images'), batchSize: 16, maxNewTokens };
  rows = await writeRows(240, options.images);
  exported = join(micro.folder, 'onnx');
  const common = { seed: 1, threads: 2, precision: 'fp32' as const, model: micro.base, adapter: micro.adapter };
  const job: ExportOnnxJob = { schema: 1, job: 'export-onnx', ...common, output: exported, imageSizes };
  await mkdir(exported);
  await runTrainerJob(trainer, job, { folder: micro.folder });
  const oracle = createTransformersRunner(trainer, oracleSettings());
  expected = await collect(oracle);
  await oracle.close();
}, limitMs);

afterAll(() => micro.remove());

describe('the exported model', () => {
  it(
    'answers 240 prompts with portrait, landscape and square images token for token as Transformers does',
    async () => {
      const runner = await openOnnxModel(exported, { threads: 1 });
      const done: number[] = [];
      const answers = await collect(runner, { onProgress: (count) => done.push(count) });
      await runner.close();
      expect(answers).toEqual(expected);
      expect(done).toEqual(Array.from({ length: 15 }, (_, i) => 16 * (i + 1)));
      // Otherwise the comparison would show little: answers differ, and some end before the limit while others do not.
      expect(new Set(answers.map(({ tokens }) => tokens.join(' '))).size).toBeGreaterThan(200);
      const ended = answers.filter(({ tokens }) => tokens.length < maxNewTokens).length;
      expect(ended).toBeGreaterThan(10);
      expect(ended).toBeLessThan(230);
    },
    limitMs,
  );

  it(
    'answers the same whatever shares its batch',
    async () => {
      const runner = await openOnnxModel(exported, { threads: 1 });
      const alone = await collect(runner, { batchSize: 1 });
      await runner.close();
      expect(alone).toEqual(expected);
    },
    limitMs,
  );

  it(
    'leaves the event loop free while it computes',
    async () => {
      const runner = await openOnnxModel(exported, { threads: 1 });
      let turns = 0;
      const turn = (): void => {
        turns += 1;
        next = setImmediate(turn);
      };
      let next = setImmediate(turn);
      await collect(runner, { batchSize: rows.length });
      clearImmediate(next);
      await runner.close();
      // One message goes to the thread and one comes back: a blocked loop would have turned a handful of times.
      expect(turns).toBeGreaterThan(1000);
    },
    limitMs,
  );

  it(
    'stops within a batch when the signal aborts, and can be asked again',
    async () => {
      const runner = await openOnnxModel(exported, { threads: 1 });
      const controller = new AbortController();
      const reason = new Error('cancelled by the test');
      const stopped = collect(runner, { batchSize: rows.length, maxNewTokens: 100_000, signal: controller.signal });
      setTimeout(() => controller.abort(reason), 200);
      await expect(stopped).rejects.toBe(reason);
      const [again] = await collect(runner, {}, rows.slice(0, 1));
      await runner.close();
      expect(again).toEqual(expected[0]);
    },
    limitMs,
  );

  it(
    'names the size that it has no graph for',
    async () => {
      const runner = await openOnnxModel(exported, { threads: 1 });
      const wide = { create: { width: 168, height: 84, channels: 3, background: 'brown' } } as const;
      await sharp(wide).png().toFile(join(options.images, 'wide.png'));
      const generation = collect(runner, {}, [{ id: 'wide', prompt: 'w1', images: ['wide.png'] }]);
      await expect(generation).rejects.toMatchObject({
        type: 'UserMistake',
        message: expect.stringContaining('84x168'),
      });
      await runner.close();
    },
    limitMs,
  );
});

describe('sampled answers and system texts', () => {
  const asked = (): AskedRow[] =>
    rows.slice(0, 40).map((row, i) => ({ ...row, seed: 1000 + i, ...(i % 2 === 0 ? { system: 'w1 w2' } : {}) }));

  it(
    'are the same by ONNX, by Transformers, and in other batches: each row draws by its own seed',
    async () => {
      const onnx = await openOnnxModel(exported, { threads: 1 });
      const oracle = createTransformersRunner(trainer, oracleSettings());
      const bySeed = await collect(onnx, { temperature: 0.8 }, asked());
      expect(await collect(oracle, { temperature: 0.8 }, asked())).toEqual(bySeed);
      expect(await collect(onnx, { temperature: 0.8, batchSize: 7 }, asked().toReversed())).toEqual(
        bySeed.toReversed(),
      );
      const reseeded = asked().map((row) => ({ ...row, seed: (row.seed ?? 0) + 1 }));
      const others = await collect(onnx, { temperature: 0.8 }, reseeded);
      expect(others.filter(({ text }, i) => text !== bySeed[i]?.text).length).toBeGreaterThan(30);
      // A system text changes what is said.
      const without = asked().map(({ system: _, ...row }) => row);
      const greedy = await collect(onnx, {}, asked());
      expect(greedy.some(({ text }, i) => i % 2 === 0 && text !== expected[i]?.text)).toBe(true);
      expect(await collect(onnx, {}, without)).toEqual(expected.slice(0, 40));
      await onnx.close();
      await oracle.close();
    },
    limitMs,
  );
});

describe('Transformers', () => {
  it(
    'gives the answers of each batch before the next one is done, so that a cancelled generation loses none',
    async () => {
      const oracle = createTransformersRunner(trainer, oracleSettings());
      const controller = new AbortController();
      const reason = new Error('cancelled by the test');
      const answers: GeneratedRow[] = [];
      const reading = async (): Promise<void> => {
        const settings = { ...options, batchSize: 2, signal: controller.signal };
        for await (const answer of oracle.generate(rows, settings)) {
          answers.push(answer);
          if (answers.length === 6) controller.abort(reason);
        }
      };
      await expect(reading()).rejects.toBe(reason);
      await oracle.close();
      expect(answers.length).toBeLessThan(rows.length);
      expect(answers).toEqual(expected.slice(0, answers.length));
    },
    limitMs,
  );
});

describe('the trainer job', () => {
  it(
    'reports a bad job as a mistake of its author',
    async () => {
      const job: ExportOnnxJob = {
        ...{ schema: 1, job: 'export-onnx', seed: 1, threads: 1, precision: 'fp32', model: micro.base, imageSizes },
        ...{ output: join(micro.folder, 'bad'), adapter: join(micro.folder, 'no-adapter') },
      };
      await expect(runTrainerJob(trainer, job, { folder: micro.folder })).rejects.toMatchObject({
        type: 'UserMistake',
        message: expect.stringContaining('no-adapter'),
      });
    },
    limitMs,
  );

  it(
    'ends the process when the signal aborts',
    async () => {
      const data = { rows: join(micro.folder, 'one.jsonl'), images: options.images };
      await writeFile(data.rows, `${JSON.stringify(rows[0])}\n`);
      const job: GenerateJob = {
        ...{ schema: 1, job: 'generate', seed: 1, threads: 1, precision: 'fp32', model: micro.base, adapter: null },
        ...{ output: join(micro.folder, 'stopped'), data, batchSize: 1, maxNewTokens: 1 },
      };
      const controller = new AbortController();
      const reason = new Error('cancelled by the test');
      const ended = runTrainerJob(trainer, job, { folder: micro.folder, signal: controller.signal });
      setTimeout(() => controller.abort(reason), 300);
      await expect(ended).rejects.toBe(reason);
    },
    limitMs,
  );
});
