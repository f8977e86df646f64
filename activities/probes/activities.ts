/** Nearest neighbour and linear probe beside the models of an evaluation, on the evaluation queue. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { ProbeActivities, ProbesInput } from '../../domain/contracts/benchmarks.ts';
import { DermflowError, failureTypes } from '../../domain/failures.ts';
import type { Environment } from '../../platform/env.ts';
import { type ExportContext, shippedEncoder, storedEncoder } from '../features/stored-encoder.ts';
import { withHeartbeats } from '../heartbeats.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { withScratchFolder } from '../scratch.ts';
import { scoreProbes } from './score-probes.ts';

interface ProbeDependencies {
  store: ArtifactStore;
  environment: Pick<Environment, 'scratch' | 'trainerPython'>;
  logger: Logger;
}

export function createProbeActivities({ store, environment, logger }: ProbeDependencies): ProbeActivities {
  const { scratch, trainerPython: python } = environment;
  return {
    scoreProbes: (input) =>
      withHeartbeats((report, signal) =>
        withScratchFolder(scratch, 'probes', async (folder) => {
          report({ phase: 'reading the items', done: 0, total: 0 });
          return scoreProbes(input, {
            ...{ store, scratch, signal },
            report: (phase, done, total) => report({ phase, done, total }),
            onDamaged: (key) => logger.warn({ key }, 'kept features are damaged; they are computed again'),
            openEncoder: async () => {
              const found = await encoderOf(input, { store, trainer: { python, logger }, scratch, signal });
              if ('reason' in found) return found;
              const { name, artifact } = found;
              return { name, known: await storedEncoder(store, artifact, join(folder, 'encoder'), input.threads) };
            },
          });
        }),
      ),
  };
}

/** Nobody asked for the shipped encoder: where it cannot be made, its rows are absent, and the models are asked all the same. */
async function encoderOf({ encoder }: ProbesInput, context: ExportContext) {
  if (encoder) return encoder;
  try {
    return { name: 'tiny', artifact: await shippedEncoder(context) };
  } catch (error) {
    context.signal.throwIfAborted();
    // The store, or the disk: that goes by.
    if (error instanceof DermflowError && error.type === failureTypes.unavailable) throw error;
    if (error instanceof DermflowError) return { reason: error.message };
    throw error;
  }
}
