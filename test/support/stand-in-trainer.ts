/**
 * A trainer that trains nothing but keeps the protocol of domain/trainer.ts: it reads a job, counts steps, asks for
 * rewards, writes checkpoints of the size `STAND_IN_BYTES` (sparse files) and obeys SIGTERM and the end of its stdin.
 * Called as the real one is: `<this> -m dermflow_trainer <job.json>`. With `STAND_IN_STEP_MS` a step takes that long and no
 * save waits for its upload; `STAND_IN_STEPS` names a file to which the number of each step is added.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { type GrpoJob, grpoJobSchema } from '../../domain/jobs/grpo.ts';
import { sftJobSchema } from '../../domain/jobs/sft.ts';
import { rewardResponseSchema } from '../../domain/rewards/exchange.ts';
import { chatRowSchema, interruptedExitCode, type TrainerEvent } from '../../domain/trainer.ts';

const stateSchema = z.object({ global_step: z.int() });
const bytes = Number(process.env.STAND_IN_BYTES ?? 0);
const stepMs = Number(process.env.STAND_IN_STEP_MS ?? 0);
const job = z
  .discriminatedUnion('job', [sftJobSchema, grpoJobSchema])
  .parse(JSON.parse(readFileSync(process.argv[4] ?? '', 'utf8')));
const { maxSteps, stopAt, saveEvery } = job.plan;

let interrupted = false;
process.on('SIGTERM', () => {
  interrupted = true;
});
process.stdin.on('end', () => process.exit(1)).resume();

let step = job.resume
  ? stateSchema.parse(JSON.parse(readFileSync(join(job.resume, 'trainer_state.json'), 'utf8'))).global_step
  : 0;
tell({
  ...{ event: 'started', step, maxSteps, device: 'cpu', worldSize: 1, trainableParameters: 0, numerics: {} },
  software: { 'stand-in': '1' },
});
const ids = job.job === 'grpo' ? firstIds(job) : [];
while (step < stopAt && !interrupted) {
  step++;
  if (process.env.STAND_IN_STEPS) appendFileSync(process.env.STAND_IN_STEPS, `${step}\n`);
  tell({ event: 'metrics', step, values: { loss: 1 / step } });
  tell({ event: 'progress', step, maxSteps });
  // Every tenth step lets signals in.
  if (stepMs > 0 || step % 10 === 0) await pause(stepMs);
  if (step % saveEvery === 0 || step === stopAt || interrupted) await save();
}
tell(step >= stopAt ? { event: 'finished', step, outputs: {} } : { event: 'interrupted', step });
process.exitCode = step >= stopAt ? 0 : interruptedExitCode;
process.stdin.destroy();

async function save(): Promise<void> {
  if (job.job === 'grpo') await askRewards(job);
  const folder = join(job.output, `checkpoint-${step}`);
  mkdirSync(folder);
  for (const [name, share] of [
    ['adapter_model.safetensors', 1 / 3],
    ['optimizer.pt', 2 / 3],
  ] as const) {
    writeFileSync(join(folder, name), `${job.job} ${job.seed} ${step} ${name}`);
    truncateSync(join(folder, name), Math.max(100, Math.round(bytes * share)));
  }
  writeFileSync(join(folder, 'adapter_config.json'), JSON.stringify({ base_model_name_or_path: job.model }));
  writeFileSync(join(folder, 'trainer_state.json'), JSON.stringify({ global_step: step }));
  tell({ event: 'checkpoint', step, path: folder, exact: true });
  // A step takes seconds in truth, longer than an upload: no checkpoint is overtaken by the next.
  while (stepMs === 0 && step < stopAt && existsSync(folder)) await pause(5);
}

/** Rewards of one step: the first prompts, each with its completions. */
async function askRewards({ rewardSocket, rewardNames, generations }: GrpoJob): Promise<void> {
  const asked = ids.flatMap((id) => Array<string>(generations).fill(id));
  const body = JSON.stringify({ step, ids: asked, completions: asked.map(() => '<answer>A</answer>') });
  const reply = await new Promise<string>((resolve, reject) => {
    const post = request({ socketPath: rewardSocket, path: '/rewards', method: 'POST' }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
    post.on('error', reject).end(body);
  });
  const { components } = rewardResponseSchema.parse(JSON.parse(reply));
  for (const name of rewardNames) {
    if (components[name]?.length !== asked.length) throw new RangeError(`rewards ${name} are not ${asked.length}`);
  }
}

function firstIds({ data, promptsPerStep }: GrpoJob): string[] {
  const lines = readFileSync(data.rows, 'utf8').split('\n').slice(0, promptsPerStep);
  return lines.map((line) => chatRowSchema.parse(JSON.parse(line)).id);
}

function tell(event: TrainerEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
