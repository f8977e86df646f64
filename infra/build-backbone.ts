/**
 * `npm run build:backbone`: rebuilds the tiny base model that ships in `trainer/backbone`, from nothing but this
 * repository. Says whether the bytes are the shipped ones; where instruction set, threads or versions differ they may
 * differ in the last bits, and then it says by how much.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import sharp from 'sharp';
import { z } from 'zod';
import { loadKnowledge } from '../activities/knowledge.ts';
import { withScratchFolder } from '../activities/scratch.ts';
import { drawAppearance } from '../domain/demo/appearance.ts';
import { drawCorpusRow } from '../domain/demo/corpus.ts';
import { renderLesion } from '../domain/demo/lesion.ts';
import { demoLexicon } from '../domain/demo/lexicon.ts';
import { drawIndependentFindings } from '../domain/demo/world.ts';
import type { BuildBackboneJob } from '../domain/jobs/build-backbone.ts';
import { createRandom } from '../domain/random.ts';
import { type ChatRow, trainerEventSchema } from '../domain/trainer.ts';
import { repositoryRoot } from '../platform/env.ts';
import { ownEnvironment } from '../platform/own-environment.ts';

/** Shipped beside the weights: what they were built with. */
const recordSchema = z.object({
  steps: z.number(),
  batchSize: z.number(),
  learningRate: z.number(),
  seed: z.number(),
  threads: z.number(),
  images: z.number(),
  software: z.record(z.string(), z.string()),
  instructionSet: z.string(),
  /** SHA-256 of `model.safetensors`. */
  weights: z.string(),
});

const shipped = resolve(repositoryRoot, 'trainer/backbone');
const { values: flags } = parseArgs({
  options: {
    output: { type: 'string', default: resolve(repositoryRoot, '.dermflow/backbone') },
    steps: { type: 'string', default: '2400' },
    threads: { type: 'string', default: '2' },
    install: { type: 'boolean', default: false },
  },
});
const settings = {
  steps: Number(flags.steps),
  batchSize: 32,
  learningRate: 2e-3,
  seed: 1,
  threads: Number(flags.threads),
  images: 3000,
};

const environment = ownEnvironment();
await withScratchFolder(environment.scratch, 'backbone', async (scratch) => {
  const software = await train(await writeCorpus(scratch), scratch);
  const weights = await weightsDigest(flags.output);
  const record = recordSchema.parse({ ...settings, software, instructionSet: await instructionSet(), weights });
  await writeFile(resolve(flags.output, 'BUILD.json'), `${JSON.stringify(record, null, 2)}\n`);
  await compare(record);
  if (flags.install) await cp(flags.output, shipped, { recursive: true });
});

/** Rows in the order in which they are learned, one image each out of a pool. */
async function writeCorpus(scratch: string): Promise<BuildBackboneJob> {
  const knowledge = await loadKnowledge();
  const random = createRandom(`backbone/${settings.seed}`);
  const pool = Array.from({ length: settings.images }, (_, i) => {
    const findings = drawIndependentFindings(random);
    return { file: `${i}.png`, findings, appearance: drawAppearance(findings, random) };
  });
  for (const image of pool) {
    const { rgb, width, height } = renderLesion(image.appearance);
    await sharp(rgb, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(resolve(scratch, image.file));
  }
  const rows = createWriteStream(resolve(scratch, 'rows.jsonl'));
  for (let i = 0; i < settings.steps * settings.batchSize; i += 1) {
    const image = random.pick(pool);
    const row: ChatRow = { id: String(i), images: [image.file], ...drawCorpusRow(image.findings, knowledge, random) };
    if (!rows.write(`${JSON.stringify(row)}\n`)) await new Promise<void>((drained) => rows.once('drain', drained));
  }
  await new Promise<void>((closed) => rows.end(closed));
  return {
    schema: 1,
    job: 'build-backbone',
    seed: settings.seed,
    threads: settings.threads,
    precision: 'fp32',
    model: null,
    output: resolve(flags.output),
    lexicon: demoLexicon(knowledge),
    data: { rows: resolve(scratch, 'rows.jsonl'), images: scratch },
    steps: settings.steps,
    batchSize: settings.batchSize,
    learningRate: settings.learningRate,
  };
}

/** Runs the trainer and returns the versions it reports. */
async function train(job: BuildBackboneJob, scratch: string): Promise<Record<string, string>> {
  await rm(job.output, { recursive: true, force: true });
  const file = resolve(scratch, 'job.json');
  await writeFile(file, JSON.stringify(job));
  let software: Record<string, string> = {};
  const trainer = execa(environment.trainerPython, ['-m', 'dermflow_trainer', file], {
    env: { PYTHONPATH: resolve(repositoryRoot, 'trainer') },
    stdin: 'pipe',
    stderr: 'inherit',
    buffer: false,
  });
  for await (const line of trainer) {
    const event = trainerEventSchema.parse(JSON.parse(String(line)));
    if (event.event === 'started') software = event.software;
    if (event.event === 'metrics') console.log(`step ${event.step} of ${job.steps}: ${JSON.stringify(event.values)}`);
    if (event.event === 'failed') throw new Error(event.message);
  }
  await trainer;
  return software;
}

async function weightsDigest(folder: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(resolve(folder, 'model.safetensors')))
    .digest('hex');
}

/** The vector extension that decides how sums are grouped, as torch names it. */
async function instructionSet(): Promise<string> {
  const { stdout } = await execa(environment.trainerPython, [
    '-c',
    'import torch; print(torch.backends.cpu.get_cpu_capability())',
  ]);
  return stdout.trim();
}

async function compare(record: z.infer<typeof recordSchema>): Promise<void> {
  const text = await readFile(resolve(shipped, 'BUILD.json'), 'utf8').catch(() => null);
  if (text === null) return console.log(`built ${flags.output}; nothing is shipped yet to compare it with`);
  const reference = recordSchema.parse(JSON.parse(text));
  if (reference.weights === record.weights) return console.log('same bytes as the shipped weights');
  const differing = (['steps', 'threads', 'instructionSet', 'software'] as const).filter(
    (name) => JSON.stringify(reference[name]) !== JSON.stringify(record[name]),
  );
  const script = [
    'import sys; from safetensors.torch import load_file as f',
    'a, b = f(sys.argv[1]), f(sys.argv[2])',
    'print(max(float((a[k] - b[k]).abs().max()) for k in a))',
  ].join('\n');
  const files = [flags.output, shipped].map((folder) => resolve(folder, 'model.safetensors'));
  const { stdout } = await execa(environment.trainerPython, ['-c', script, ...files]);
  console.log(
    `weights differ from the shipped ones by at most ${stdout.trim()} (differing: ${differing.join(', ') || 'nothing known'})`,
  );
}
