/** What an attempt stores of a trainer's events; the trainer is a list of them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { expect, it } from 'vitest';
import { trainOnce } from '../../../activities/training/attempt.ts';
import { checkpointFactsSchema } from '../../../activities/training/checkpoint-facts.ts';
import type { Stretch } from '../../../activities/training/stretch-context.ts';
import type { TrainingState } from '../../../domain/contracts/training.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { sftJob } from '../../support/jobs.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

it('a checkpoint states what was measured before it was saved, however late it is stored', async () => {
  const [store, folder] = [createMemoryStore(), await temporaryFolder()];
  const saved = join(folder, 'output', 'checkpoint-4');
  await mkdir(saved, { recursive: true });
  await writeFile(join(saved, 'adapter_model.safetensors'), 'weights');
  const stretch: Stretch = {
    ...{ stage: 'sft', stageKey: 'a'.repeat(64), method: 'sft/1', inputs: {}, params: {} },
    ...{ maxSteps: 4, startAt: 0, stopAt: 4, validates: true },
  };
  const never = new AbortController().signal;
  const state: TrainingState = {
    ...{ phase: 'preparing', maxSteps: 4, stopAt: 4, step: 0, checkpoint: null, values: {} },
    ...{ secondsPerStep: null, waitsFor: null },
  };
  const { checkpoint, log } = await trainOnce(
    stretch,
    {
      ...{ store, logger: pino({ level: 'silent' }), folder, scratch: folder, signal: never, giveUp: never },
      heartbeat: () => {},
      prepare: async () => sftJob({ base: 'tiny', folder }, folder, 4),
      train: async (_, onEvent) => {
        const started = { event: 'started', step: 0, maxSteps: 4, device: 'cpu', worldSize: 1 } as const;
        onEvent({ ...started, trainableParameters: 1, numerics: {}, software: {} });
        onEvent({ event: 'metrics', step: 4, values: { loss: 0.5 } });
        onEvent({ event: 'checkpoint', step: 4, path: saved, exact: true });
        // The epoch's validation, which is of the same step, ends before the upload does.
        onEvent({ event: 'metrics', step: 4, values: { eval_loss: 0.75 } });
        return { state: 'finished', outputs: {} };
      },
    },
    null,
    state,
  );
  const { facts } = await store.manifest(checkpoint);
  expect(checkpointFactsSchema.parse(facts).values).toEqual({ loss: 0.5 });
  expect(log.metrics).toEqual([{ step: 4, values: { loss: 0.5, eval_loss: 0.75 } }]);
});
