/** Trajectories and concepts, on llm workers. */

import { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import { z } from 'zod';
import type {
  LlmAllowance,
  TrajectoriesResult,
  TrajectoryActivities,
  WritingRecipe,
} from '../../domain/contracts/trajectories.ts';
import { withHeartbeats } from '../heartbeats.ts';
import { loadKnowledge } from '../knowledge.ts';
import type { Asking } from '../llm/asking/ask.ts';
import type { ChooseLlm } from '../llm/client.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { explainConcepts } from './explain.ts';
import { synthesise } from './synthesise.ts';
import type { Written } from './written.ts';

export interface TrajectoryDependencies {
  store: ArtifactStore;
  chooseLlm: ChooseLlm;
  environment: { llm: Asking['settings']; scratch: string };
  logger: Logger;
}

const factsSchema = z.object({ train: z.number(), validation: z.number(), llmCalls: z.number(), rejected: z.number() });

export function createTrajectoryActivities({
  store,
  chooseLlm,
  environment,
  logger,
}: TrajectoryDependencies): TrajectoryActivities {
  const write = (
    phase: string,
    { recipe, budget, spent }: LlmAllowance & { recipe: WritingRecipe },
    work: (asking: Asking) => Promise<Written>,
  ): Promise<TrajectoriesResult> =>
    withHeartbeats(async (report, signal) => {
      const { workflowId, runId } = Context.current().info.workflowExecution ?? { workflowId: 'none', runId: 'none' };
      const llm = chooseLlm(recipe.llm);
      const { trajectories, account } = await work({
        ...{ store, llm, settings: environment.llm, scratch: environment.scratch, signal, now: () => new Date() },
        run: { id: workflowId, execution: runId },
        budget: budget ?? recipe.budget ?? {},
        spent: spent ?? [],
        byBatch: recipe.llm?.batch ?? false,
        onReply: (done, total) => report({ phase, done, total }),
        onBatch: (batch, done, total) => report({ phase: `${phase}, waits for ${batch}`, done, total }),
      });
      const counts = factsSchema.parse((await store.manifest(trajectories)).facts);
      logger.info({ phase, ...counts, ...account, model: llm.model }, 'trajectories written');
      return { trajectories, counts, llm: account };
    });

  return {
    synthesiseTrajectories: (input) =>
      write('reasoning', input, async (asking) =>
        synthesise({ ...input, ...asking, knowledge: await loadKnowledge() }),
      ),

    explainConcepts: (input) => write('explaining', input, (asking) => explainConcepts({ ...input, ...asking })),
  };
}
