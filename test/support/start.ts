/** `dermflow start` as a user runs it, with a recipe so short that a test can wait for it. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { digestOf } from '../../domain/artifact.ts';
import { repositoryRoot } from '../../platform/env.ts';
import type { Home } from './home.ts';

/** The demo with a tenth of its data and steps: every stage runs, nothing is learned. */
export const shortDemo = [
  'data.generate.images=160',
  'data.generate.textbook=40',
  'trajectories.maxLlmCalls=4',
  'sft.epochs=1',
  'grpo.steps=8',
  'grpo.milestones=[4, 8]',
  'grpo.rlOnlyMilestones=[2]',
  'grpo.saveEvery=2',
  'evaluation.maxItems=16',
  'evaluation.maxNewTokens=48',
] as const;

/** The same of `skingpt-demo`. */
export const shortSkinGptR1 = [
  'data.generate.images=120',
  'narratives.cases=24',
  'narratives.keep={ threshold: 1, top: 20 }',
  'certified.cases=8',
  // So many that some are seen in a status, also on an idle machine.
  'distillation.epochs=12',
  'distillation.dermcotEpochs=1',
  'distillation.batchSize=4',
  'distillation.perDeviceBatchSize=4',
  'distillation.saveEvery=2',
  'evaluation.maxItems=8',
  'evaluation.maxNewTokens=48',
  'evaluation.noImageControl=false',
] as const;

const finishedSchema = z.object({
  run: z.string(),
  report: z.string(),
  page: z.url().nullable(),
  evaluations: z.array(
    z.object({ label: z.string(), scores: z.array(z.object({ task: z.string(), items: z.int() })) }),
  ),
  benchmarks: z.array(z.object({ benchmark: z.string(), label: z.string(), items: z.int() })).optional(),
});
export type Finished = z.infer<typeof finishedSchema>;

const statusSchema = z.object({
  progress: z
    .object({ stages: z.array(z.object({ stage: z.string(), state: z.string(), detail: z.string() })) })
    .nullable(),
  pending: z.array(
    z.object({ training: z.object({ phase: z.string(), step: z.int(), checkpoint: z.int().nullable() }).nullable() }),
  ),
});
export type SeenStatus = z.infer<typeof statusSchema>;

const errorSchema = z.object({ error: z.object({ message: z.string() }) });

export interface Started {
  pid: number;
  /** Called with each status that the command prints. */
  onStatus(listener: (status: SeenStatus) => void): void;
  /** Exit code and, of a finished run, its last line. */
  ended: Promise<{ exitCode: number | undefined; finished: Finished | null; stderr: string }>;
}

export const dermflow = join(repositoryRoot, 'cli/dermflow.mjs');

export const startDemo = (home: Home, changes: readonly string[] = [], flags: readonly string[] = []): Started =>
  startRecipe('demo', home, [...shortDemo, ...changes], flags);

export function startRecipe(
  recipe: string,
  home: Home,
  changes: readonly string[],
  flags: readonly string[] = [],
): Started {
  const settings = changes.flatMap((change) => ['--set', change]);
  const child = execa(process.execPath, [dermflow, 'start', recipe, '--json', ...flags, ...settings], {
    env: home.env,
    reject: false,
    buffer: { stdout: false },
  });
  const listeners: ((status: SeenStatus) => void)[] = [];
  let error = '';
  const read = async (): Promise<Finished | null> => {
    let finished: Finished | null = null;
    for await (const line of child.iterable()) {
      const value: unknown = JSON.parse(line);
      const status = statusSchema.safeParse(value);
      if (status.success) for (const listener of listeners) listener(status.data);
      const failed = errorSchema.safeParse(value);
      if (failed.success) error = failed.data.error.message;
      const last = finishedSchema.safeParse(value);
      if (last.success) finished = last.data;
    }
    return finished;
  };
  const ended = (async () => {
    const finished = await read();
    const { exitCode, stderr } = await child;
    return { exitCode, finished, stderr: `${error}\n${stderr}` };
  })();
  return { pid: child.pid ?? 0, onStatus: (listener) => void listeners.push(listener), ended };
}

/** Throws where the run did not finish. */
export async function finish({ ended }: Started): Promise<Finished> {
  const { exitCode, finished, stderr } = await ended;
  if (exitCode !== 0 || !finished) throw new Error(`ended with ${exitCode}: ${stderr}`);
  return finished;
}

/** SHA-256 of the weights that a finished run wrote beside its report. */
export const adapterDigest = async ({ report }: Finished): Promise<string> =>
  digestOf(await readFile(join(dirname(report), 'adapter/adapter_model.safetensors')));
