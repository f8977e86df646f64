/** The trajectory stage, on llm workers. */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { ArtifactRef } from '../../domain/artifact.ts';
import type { TrajectoriesResult, TrajectoryActivities } from '../../domain/contracts.ts';
import type { Environment } from '../../infra/env.ts';
import { loadKnowledge } from '../datasets/knowledge.ts';
import { withHeartbeats } from '../heartbeats.ts';
import { withLedger } from '../llm/ledger.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { LlmClient } from '../ports/llm-client.ts';
import type { Asking } from './ask.ts';
import { explainConcepts } from './explain.ts';
import { synthesise } from './synthesise.ts';

export interface TrajectoryDependencies {
  store: ArtifactStore;
  llm: LlmClient;
  environment: { llm: Pick<Environment['llm'], 'concurrency'> };
  logger: Logger;
}

const factsSchema = z.object({ train: z.number(), validation: z.number(), llmCalls: z.number(), rejected: z.number() });

export function createTrajectoryActivities({
  store,
  llm,
  environment,
  logger,
}: TrajectoryDependencies): TrajectoryActivities {
  const client = withLedger(llm, store);
  const { concurrency } = environment.llm;

  const write = (phase: string, work: (asking: Asking) => Promise<ArtifactRef>): Promise<TrajectoriesResult> =>
    withHeartbeats(async (report, signal) => {
      const onReply = (done: number, total: number): void => report({ phase, done, total });
      const trajectories = await work({ llm: client, concurrency, onReply, signal });
      const counts = factsSchema.parse((await store.manifest(trajectories)).facts);
      logger.info({ phase, ...counts, model: llm.model }, 'trajectories written');
      return { trajectories, counts };
    });

  return {
    synthesiseTrajectories: ({ recipe, textbook }) =>
      write('reasoning', async (asking) =>
        synthesise({ ...asking, store, recipe, textbook, knowledge: await loadKnowledge() }),
      ),

    explainConcepts: ({ recipe, concepts }) =>
      write('explaining', (asking) => explainConcepts({ ...asking, store, recipe, concepts })),
  };
}
