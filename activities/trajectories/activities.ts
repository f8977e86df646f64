/** The trajectory stage, on llm workers. */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { TrajectoryActivities } from '../../domain/contracts.ts';
import type { Environment } from '../../infra/env.ts';
import { loadKnowledge } from '../datasets/knowledge.ts';
import { withHeartbeats } from '../heartbeats.ts';
import { withLedger } from '../llm/ledger.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { LlmClient } from '../ports/llm-client.ts';
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
  return {
    synthesiseTrajectories: ({ recipe, textbook }) =>
      withHeartbeats(async (report, signal) => {
        const knowledge = await loadKnowledge();
        const onReply = (done: number, total: number): void => report({ phase: 'reasoning', done, total });
        const { concurrency } = environment.llm;
        const trajectories = await synthesise({
          store,
          llm: client,
          concurrency,
          recipe,
          textbook,
          knowledge,
          onReply,
          signal,
        });
        const counts = factsSchema.parse((await store.manifest(trajectories)).facts);
        logger.info({ ...counts, model: llm.model }, 'trajectories written');
        return { trajectories, counts };
      }),
  };
}
