/** One run on services of its own, through the real workflow: killed in the midst of GRPO, resumed, exported, evaluated. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { checkpointFactsSchema } from '../../activities/training/checkpoint-facts.ts';
import { startServices, workerService } from '../../cli/machine/services.ts';
import { runOf, startRun } from '../../cli/runs.ts';
import { type Session, withSession } from '../../cli/session.ts';
import { withData } from '../../cli/start/recipes.ts';
import type { DataResult } from '../../domain/contracts/data.ts';
import type { ModelRef } from '../../domain/contracts/references.ts';
import type { RunResult } from '../../domain/contracts/run.ts';
import type { TrajectoriesResult } from '../../domain/contracts/trajectories.ts';
import type { SkinR1Recipe } from '../../domain/recipe/methods/skin-r1.ts';
import type { ResumableJob } from '../../domain/trainer.ts';
import type { Stack } from '../../infra/local/stack.ts';
import { benchLogger } from '../common/logger.ts';
import { endedActivities, startCpuWorker } from '../train/dermflow.ts';
import { preparePlain } from '../train/plain.ts';
import { messagesOf, readTrainerLog, type TrainerLine } from './log.ts';
import { type MemorySample, trainersBelow, watchMemory } from './memory.ts';
import { countTokens, type TokenCounts } from './tokens.ts';

/** Whom the kill hits. A worker's trainer ends with it; another machine takes over after a minute of silence. */
export type Victim = 'worker' | 'trainer';

export interface Rehearsed {
  lines: TrainerLine[];
  memory: MemorySample[];
  killedAtMs: number;
  /** While models are evaluated, training has ended: the two would need the memory of two models. */
  evaluatedFromMs: number;
  endedAtMs: number;
  result: RunResult;
  /** Those that the store still has. */
  checkpoints: StoredCheckpoint[];
  /** Steps that the exported checkpoint was resumed at, with how far each resume is to be trusted. */
  resumes: { step: number; verdict: string }[];
  tokens: { sft: TokenCounts; grpo: TokenCounts };
}

/** Bytes by what they are for. */
export interface StoredCheckpoint {
  stage: ResumableJob;
  step: number;
  /** Adapter, optimiser and log. */
  own: number;
  /** The frozen adapter of GRPO. */
  reference: number;
  /** Equal in all checkpoints of a model, as its file in the store. */
  tokenizer: number;
}

/** @param folder an empty one for what is only measured */
export async function rehearseRun(
  recipe: SkinR1Recipe,
  data: string,
  folder: string,
  victim: Victim,
): Promise<Rehearsed> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const services = await startServices(benchLogger(), { roles: ['orchestrator', 'llm', 'gpu'], forksTrainers: false });
  const { stack, environment } = services;
  const log = join(environment.home, 'logs/worker-gpu.log');
  const memory = watchMemory();
  try {
    return await withSession(async (session) => {
      const stopPreparing = await startCpuWorker(session);
      const store = await session.store({ writes: true });
      const complete = await withData(recipe, data, store, {});
      const handle = await startRun(session.client, {
        ...{ input: { recipe: complete }, run: runOf(complete), reuse: 'ALLOW_DUPLICATE' },
      });
      const activities = () => endedActivities(session.client, handle);
      const killedAtMs = await killAfterFirstStep(stack, log, victim, activities);
      while (!(await activities()).some(({ type }) => type === 'trainGrpo')) await sleep(askEveryMs);

      const evaluatedFromMs = Date.now();
      await stopPreparing();
      await stack.supervisor.add(workerService('cpu', stack, environment));
      const [result, tokens] = await Promise.all([
        handle.result(),
        tokensOf(session, complete, await activities(), folder),
      ]);
      memory.stop();
      return {
        ...{ killedAtMs, evaluatedFromMs, endedAtMs: Date.now(), result, tokens },
        ...{ lines: await readTrainerLog(log), memory: memory.samples },
        checkpoints: await checkpointsOf(session),
        resumes: await resumesOf(session, result),
      };
    }, services);
  } finally {
    memory.stop();
    await stack.stop();
  }
}

const askEveryMs = 1_000;

/** Waits until the first step of GRPO is in the store, then sends SIGKILL while the next one is made. Returns when. */
async function killAfterFirstStep(
  { supervisor }: Stack,
  log: string,
  victim: Victim,
  activities: () => ReturnType<typeof endedActivities>,
): Promise<number> {
  for (let asked = 1; messagesOf(await readTrainerLog(log), 'checkpoint stored', 'grpo').length === 0; asked++) {
    await sleep(askEveryMs / 10);
    if (asked % 50 === 0) await activities(); // throws where the run has failed
  }
  const worker = supervisor.pids()['worker-gpu'] ?? Number.NaN;
  // The one that trains is older than the one that waits for the next job.
  const [trainer = Number.NaN] = trainersBelow(worker);
  process.kill(victim === 'worker' ? worker : trainer, 'SIGKILL');
  return Date.now();
}

async function tokensOf(
  session: Session,
  recipe: SkinR1Recipe,
  activities: Awaited<ReturnType<typeof endedActivities>>,
  folder: string,
): Promise<Rehearsed['tokens']> {
  const result = <T>(type: string): T => activities.find((activity) => activity.type === type)?.result as T; // by contract
  const run = {
    model: result<ModelRef>('identifyModel'),
    data: result<DataResult>('prepareData'),
    trajectories: result<TrajectoriesResult>('synthesiseTrajectories'),
  };
  await preparePlain(await session.store(), recipe, run, folder);
  const { trainerPython } = session.environment;
  const of = await countTokens(trainerPython, recipe.model.base, folder, ['sft.jsonl', 'grpo.jsonl']);
  return { sft: of('sft.jsonl'), grpo: of('grpo.jsonl') };
}

async function resumesOf(session: Session, { adapter }: RunResult): Promise<Rehearsed['resumes']> {
  const store = await session.store();
  const { inputs } = await store.manifest(adapter);
  const checkpoint = await store.manifestByDigest(inputs.checkpoint ?? '');
  return checkpointFactsSchema.parse(checkpoint?.facts).resumes;
}

async function checkpointsOf(session: Session): Promise<StoredCheckpoint[]> {
  const store = await session.store();
  const found = await Promise.all((await store.keys('checkpoint', '')).map((key) => store.read('checkpoint', key)));
  return found.flatMap((each) => {
    if (!each) return [];
    const { files, facts } = each.manifest;
    const { stage, step } = checkpointFactsSchema.parse(facts);
    const bytesOf = (wanted: (name: string) => boolean): number =>
      Object.entries(files).reduce((sum, [name, { bytes }]) => sum + (wanted(name) ? bytes : 0), 0);
    const [isReference, isTokenizer] = [/^ref\//, /^tokenizer\.json$/];
    const [reference, tokenizer] = [
      bytesOf((name) => isReference.test(name)),
      bytesOf((name) => isTokenizer.test(name)),
    ];
    return [{ stage, step, own: bytesOf(() => true) - reference - tokenizer, reference, tokenizer }];
  });
}
