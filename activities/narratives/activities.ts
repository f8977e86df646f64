/** DermCoT: written on llm workers, described and evaluated where models are asked, scored by drawing and chosen on cpu workers. */
import { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { ArtifactRef } from '../../domain/artifact.ts';
import type {
  DermcotActivities,
  DescriptionActivities,
  NarrativeActivities,
  NarrativeRecipe,
  ScoresResult,
  ScoringRecipe,
} from '../../domain/contracts/narratives.ts';
import type { LlmAllowance } from '../../domain/contracts/trajectories.ts';
import { userMistake } from '../../domain/failures.ts';
import { type LlmSettings, settingsFor } from '../../domain/llm-settings.ts';
import type { Environment } from '../../platform/env.ts';
import { withHeartbeats } from '../heartbeats.ts';
import { loadKnowledge } from '../knowledge.ts';
import type { Asking } from '../llm/asking/ask.ts';
import type { ChooseLlm } from '../llm/client.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { Written } from '../trajectories/written.ts';
import { chooseNarratives } from './choose.ts';
import { type DescriptionContext, describePictures } from './describe.ts';
import { evaluateNarratives } from './evaluate.ts';
import { judgeNarratives, judgeOf, tryJudge } from './judge.ts';
import { scoreByDrawing } from './score-by-drawing.ts';
import { type WritingRequest, writeNarratives } from './write.ts';

interface NarrativeDependencies {
  store: ArtifactStore;
  chooseLlm: ChooseLlm;
  environment: { llm: LlmSettings; scratch: string };
  logger: Logger;
}

const count = z.int();
const writtenSchema = z.object({ cases: count, written: count, rejected: count, llmCalls: count });
const scoredSchema = z.object({ scored: count, missing: count });
const dermcotSchema = z.object({ train: count, validation: count, certified: count, filtered: count, dropped: count });

async function scoresResult(store: ArtifactStore, scores: ArtifactRef): Promise<ScoresResult> {
  return { scores, counts: scoredSchema.parse((await store.manifest(scores)).facts) };
}

export function createNarrativeActivities({
  store,
  chooseLlm,
  environment,
  logger,
}: NarrativeDependencies): NarrativeActivities {
  const asking = (
    phase: string,
    { recipe, budget, spent }: LlmAllowance & { recipe: Pick<NarrativeRecipe, 'budget' | 'llm'> },
    choice: NarrativeRecipe['llm'],
    work: (asking: Asking) => Promise<Written>,
  ): Promise<Written> =>
    withHeartbeats((report, signal) => {
      const { workflowId, runId } = Context.current().info.workflowExecution ?? { workflowId: 'none', runId: 'none' };
      return work({
        ...{ store, settings: environment.llm, scratch: environment.scratch, signal, now: () => new Date() },
        llm: chooseLlm(choice),
        run: { id: workflowId, execution: runId },
        budget: budget ?? recipe.budget ?? {},
        spent: spent ?? [],
        byBatch: choice?.batch ?? false,
        onReply: (done, total) => report({ phase, done, total }),
        onBatch: (batch, done, total) => report({ phase: `${phase}, waits for ${batch}`, done, total }),
      });
    });

  function choiceOf(recipe: ScoringRecipe) {
    const { model, provider } = judgeOf(recipe);
    const choice = { model, ...(provider ? { provider } : {}) };
    if (settingsFor(environment.llm, choice).provider === 'embedded') {
      throw userMistake(
        `judge.model ${model}: the llm workers have no endpoint; set DERMFLOW_LLM_BASE_URL there, or name judge.provider, e.g. openai`,
      );
    }
    return choice;
  }

  /** The judge is tried where it will score. */
  const trialOf = (own: Asking, recipe: ScoringRecipe): Pick<WritingRequest, 'tryScorer'> =>
    recipe.narratives.scoredBy === 'judge' && recipe.judge
      ? {
          tryScorer: (image) =>
            tryJudge({ ...own, byBatch: false, onReply: () => {}, llm: chooseLlm(choiceOf(recipe)), recipe }, image),
        }
      : {};

  return {
    writeNarratives: async (input) => {
      const knowledge = await loadKnowledge();
      const { trajectories: narratives, account: llm } = await asking('writing', input, input.recipe.llm, (own) =>
        writeNarratives({ ...input, ...own, ...trialOf(own, input.recipe), knowledge }),
      );
      const counts = writtenSchema.parse((await store.manifest(narratives)).facts);
      logger.info({ ...counts, ...llm }, 'narratives written');
      return { narratives, counts, llm };
    },

    judgeNarratives: async (input) => {
      const choice = choiceOf(input.recipe);
      const { trajectories: scores, account: llm } = await asking('judging', input, choice, (own) =>
        judgeNarratives({ ...input, ...own }),
      );
      const result = { ...(await scoresResult(store, scores)), llm };
      logger.info({ ...result.counts, ...llm, model: choice.model }, 'narratives judged');
      return result;
    },
  };
}

interface DescriptionDependencies {
  store: ArtifactStore;
  environment: Pick<Environment, 'scratch' | 'trainerPython'>;
  logger: Logger;
  /** Default: the trainer's own `generate`. */
  openRunner?: DescriptionContext['openRunner'];
}

export function createDescriptionActivities({
  store,
  environment,
  logger,
  openRunner,
}: DescriptionDependencies): DescriptionActivities {
  const inContext = <T>(phase: string, work: (context: DescriptionContext) => Promise<T>): Promise<T> =>
    withHeartbeats((report, signal) =>
      work({
        ...{ store, scratch: environment.scratch, signal },
        trainer: { python: environment.trainerPython, logger },
        onProgress: (done, total) => report({ phase, done, total }),
        onDamaged: (key) => logger.warn({ key }, 'kept answers are damaged; they are asked for again'),
        ...(openRunner ? { openRunner } : {}),
      }),
    );
  return {
    describePictures: (input) => inContext('describing', (context) => describePictures(input, context)),
    evaluateNarratives: async (input) => {
      const scores = await inContext('evaluating', (context) => evaluateNarratives(input, context));
      const result = await scoresResult(store, scores);
      logger.info({ ...result.counts, step: input.evaluator.step }, 'narratives evaluated');
      return result;
    },
  };
}

export function createDermcotActivities({
  store,
  environment: { scratch },
  logger,
}: Pick<DescriptionDependencies, 'store' | 'logger'> & {
  environment: Pick<Environment, 'scratch'>;
}): DermcotActivities {
  return {
    scoreByDrawing: (input) =>
      withHeartbeats(async (report) => {
        report({ phase: 'scoring', done: 0, total: 0 });
        const knowledge = await loadKnowledge();
        return scoresResult(store, await scoreByDrawing(input, { store, scratch, knowledge }));
      }),

    chooseNarratives: (input) =>
      withHeartbeats(async (report) => {
        report({ phase: 'choosing', done: 0, total: 0 });
        const dermcot = await chooseNarratives(input, { store, scratch });
        const counts = dermcotSchema.parse((await store.manifest(dermcot)).facts);
        logger.info(counts, 'narratives chosen');
        return { dermcot, counts };
      }),
  };
}
