import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAnswerBook } from '../../../activities/answers/answer-book.ts';
import { runTrainerJob } from '../../../activities/trainer/trainer-job.ts';
import type { Answerer } from '../../../domain/answers/answer.ts';
import type { ExportOnnxJob } from '../../../domain/jobs/export.ts';
import { createRandom } from '../../../domain/random.ts';
import { answerKey, askedItems, greedyAnswerer, onnxAnswerer } from '../../support/answers.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { createDiskStore } from '../../support/disk-store.ts';
import { buildMicroModel, type MicroModel, patternPng, trainer } from '../../support/micro-model.ts';

const program = fileURLToPath(new URL('../../support/answer-until-killed.ts', import.meta.url));
const limitMs = 600_000;
const kills = 20;
const batch = 4;
/** More than are answered between the kills, also by a fast machine. */
const count = 1000;

let micro: MicroModel;
let exported: string[];
beforeAll(async () => {
  micro = await buildMicroModel();
  const [output, images] = [join(micro.folder, 'onnx'), join(micro.folder, 'images')];
  const common = { seed: 1, threads: 2, precision: 'fp32' as const, model: micro.base, adapter: micro.adapter };
  const job: ExportOnnxJob = { schema: 1, job: 'export-onnx', ...common, output, imageSizes: [[112, 112]] };
  await mkdir(output);
  await mkdir(images);
  await runTrainerJob(trainer, job, { folder: micro.folder });
  const pictures = await Promise.all(Array.from({ length: 40 }, (_, i) => patternPng(`picture ${i}`, [112, 112])));
  for (const [i, { image }] of askedItems(count).entries())
    await writeFile(join(images, `${image.sha256}.png`), pictures[i % pictures.length] ?? '');
  exported = [output, images];
}, limitMs);
afterAll(() => micro.remove());

const linesOf = async (path: string): Promise<string[]> =>
  (await readFile(path, 'utf8').catch(() => '')).split('\n').filter(Boolean);
const textsIn = async (folder: string): Promise<unknown> =>
  JSON.parse(await readFile(join(folder, 'texts.json'), 'utf8'));

describe('an evaluation killed at 20 random moments', () => {
  it.each<[string, Answerer, () => string[]]>([
    ['a stand-in for a model', greedyAnswerer, () => []],
    ['an ONNX export', onnxAnswerer, () => exported],
  ])(
    'ends with the same answers, and asks again at most the batch under way, of %s',
    async (_, answerer, model) => {
      const start = (folder: string) =>
        execa('node', [program, folder, String(count), String(batch), ...model()], { reject: false });
      const keys = askedItems(count).map((item) => answerKey(item, 'real', 0));
      const undisturbed = await temporaryFolder();
      expect((await start(undisturbed)).stderr).toBe('');

      const folder = await temporaryFolder();
      const store = createDiskStore(join(folder, 'store'));
      const asked = (): Promise<string[]> => linesOf(join(folder, 'asked'));
      const random = createRandom('kills');
      const kept: { stored: Set<string>; batches: number }[] = [];
      const underWay: string[] = [];
      for (let kill = 0; kill < kills; kill++) {
        const process = start(folder);
        // From its first question on, so that each kill meets it at work.
        await Promise.race([once(process.stdout, 'data'), process]);
        await sleep(random.between(0, 60));
        process.kill('SIGKILL');
        await process;
        const batches = await asked();
        const book = await openAnswerBook(store, answerer);
        const stored = new Set(keys.filter((key) => book.get(key)));
        const last = batches.at(-1)?.split(' ') ?? [];
        const lost = new Set(batches.flatMap((line) => line.split(' ')).filter((id) => !stored.has(id)));
        expect([...lost].filter((id) => !last.includes(id))).toEqual([]);
        underWay.push(...lost);
        kept.push({ stored, batches: batches.length });
      }
      expect(kept.at(-1)?.stored.size).toBeLessThan(count);
      const { exitCode, stderr } = await start(folder);
      expect(exitCode, stderr).toBe(0);
      expect(await textsIn(folder)).toEqual(await textsIn(undisturbed));
      // By the runner's own log: what was stored is never asked again, and what was asked twice was under way at a kill.
      const whole = (await asked()).map((line) => line.split(' '));
      for (const { stored, batches } of kept)
        expect(
          whole
            .slice(batches)
            .flat()
            .filter((id) => stored.has(id)),
        ).toEqual([]);
      expect(new Set(whole.flat())).toEqual(new Set(keys));
      expect(whole.flat()).toHaveLength(count + underWay.length);
      expect(underWay.length).toBeLessThanOrEqual(kills * batch);
    },
    limitMs,
  );
});
