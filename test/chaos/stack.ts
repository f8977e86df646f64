/** The real parts that are put under chaos: Temporal, S3, and a gpu worker process that may be killed at any time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { createS3Store, ensureBucket } from '../../activities/store/s3.ts';
import type { StretchResult } from '../../domain/contracts/training.ts';
import type { SkinR1Recipe } from '../../domain/recipe/methods/skin-r1.ts';
import { s3Credentials } from '../../infra/local/services.ts';
import { readEnvironment, repositoryRoot } from '../../platform/env.ts';
import { lifelineVariable } from '../../platform/lifeline.ts';
import { familyOf, killAll } from '../support/process-table.ts';
import { type S3Server, startS3Server } from '../support/s3.ts';
import { bundleWorkflows, startDevServer } from '../support/temporal.ts';
import { outcomeOf, prepareTraining } from '../support/training.ts';
import type { trainUnderChaos } from './workflow.ts';

export const targets = ['worker', 'trainer', 'both'] as const;
export type Target = (typeof targets)[number];
export type Outcome = Awaited<ReturnType<typeof outcomeOf>>;

const taskQueue = 'chaos';

export interface ChaosStack {
  /** Trains in a bucket of its own, from the data on; `during` may kill. Returns what came out of each stretch. */
  train(name: string, recipe: SkinR1Recipe, during?: (worker: GpuWorker) => Promise<void>): Promise<Outcome[]>;
  stop(): Promise<void>;
}

export interface GpuWorker {
  /** False where there was no such process at this moment. */
  kill(target: Target): Promise<boolean>;
  /** Resolves when the training has ended. */
  readonly ended: Promise<unknown>;
}

export async function startChaosStack(): Promise<ChaosStack> {
  const scratch = await mkdtemp(join(tmpdir(), 'dermflow-chaos-'));
  const [temporal, s3] = await Promise.all([startDevServer(), startS3Server()]);
  const workflowBundle = await bundleWorkflows(fileURLToPath(new URL('./workflow.ts', import.meta.url)));
  const orchestrator = await Worker.create({ connection: temporal.nativeConnection, taskQueue, workflowBundle });
  const orchestrating = orchestrator.run();
  return {
    async train(name, recipe, during = async () => {}) {
      const settings = { ...s3.settings, bucket: name };
      await ensureBucket(s3.client, settings);
      const store = createS3Store(s3.client, settings);
      const data = await prepareTraining(store, recipe, scratch);
      const worker = keepWorker(() => spawnWorker(temporal, s3, name, scratch));
      try {
        const training = temporal.client.workflow.execute<typeof trainUnderChaos>('trainUnderChaos', {
          ...{ taskQueue, workflowId: name },
          args: [data],
        });
        const [results] = await Promise.all([training, during({ kill: worker.kill, ended: training.catch(() => {}) })]);
        return await outcomesOf(store, results);
      } finally {
        await worker.stop();
      }
    },
    async stop() {
      orchestrator.shutdown();
      await orchestrating;
      await temporal.teardown();
      await s3.remove();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

const outcomesOf = (store: ArtifactStore, results: StretchResult[]): Promise<Outcome[]> =>
  Promise.all(results.map((result) => outcomeOf(store, result)));

let spawned = 0;

/** Each on a scratch folder of its own, as on another machine. It ends when this process does. */
function spawnWorker(temporal: TestWorkflowEnvironment, s3: S3Server, bucket: string, scratch: string): ChildProcess {
  return spawn(process.execPath, [join(repositoryRoot, 'workers/main.ts'), 'gpu'], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: {
      ...process.env,
      ...s3Credentials(s3.secrets),
      [lifelineVariable]: '1',
      TEMPORAL_ADDRESS: temporal.address,
      DERMFLOW_S3_ENDPOINT: s3.settings.endpoint,
      DERMFLOW_S3_BUCKET: bucket,
      DERMFLOW_SCRATCH: join(scratch, `worker-${++spawned}`),
      DERMFLOW_TRAINER_PYTHON: readEnvironment(process.env).trainerPython,
      DERMFLOW_LOG_LEVEL: 'error',
    },
  });
}

/** Keeps one worker running: a killed one is followed by the next. */
function keepWorker(start: () => ChildProcess) {
  let stopping = false;
  let current = start();
  const follow = (): void => {
    if (stopping) return;
    current = start().once('exit', follow);
  };
  current.once('exit', follow);
  return {
    async kill(target: Target): Promise<boolean> {
      const [worker, ...children] = await familyOf(current.pid ?? 0);
      const trainers = children.filter(({ command }) => command.includes('dermflow_trainer'));
      const victims = { worker: worker ? [worker] : [], trainer: trainers, both: worker ? [worker, ...trainers] : [] };
      // Only a moment with a trainer counts; what a worker does without one is other tests' matter.
      if (trainers.length === 0) return false;
      killAll(victims[target]);
      return true;
    },
    async stop(): Promise<void> {
      stopping = true;
      const gone = new Promise((resolve) => current.once('exit', resolve));
      if (current.exitCode === null && current.signalCode === null) {
        current.kill('SIGTERM');
        await gone;
      }
    },
  };
}
