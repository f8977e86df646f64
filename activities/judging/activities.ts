/** Judging, on llm workers. */
import { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import type { JudgeActivities } from '../../domain/contracts/benchmarks.ts';
import { userMistake } from '../../domain/failures.ts';
import { type LlmSettings, settingsFor } from '../../domain/llm-settings.ts';
import { readScore } from '../evaluation/evaluate-benchmark.ts';
import { withHeartbeats } from '../heartbeats.ts';
import type { ChooseLlm } from '../llm/client.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { judgeAnswers } from './judge-answers.ts';

export interface JudgingDependencies {
  store: ArtifactStore;
  chooseLlm: ChooseLlm;
  environment: { llm: LlmSettings; scratch: string };
  logger: Logger;
}

export function createJudgeActivities({ store, chooseLlm, environment, logger }: JudgingDependencies): JudgeActivities {
  return {
    judgeAnswers: (input) =>
      withHeartbeats(async (report, signal) => {
        const { workflowId, runId } = Context.current().info.workflowExecution ?? { workflowId: 'none', runId: 'none' };
        const { model, provider } = input.judge;
        const choice = { model, ...(provider ? { provider } : {}) };
        if (settingsFor(environment.llm, choice).provider === 'embedded') {
          throw userMistake(
            `--judge ${model}: the llm workers have no endpoint; set DERMFLOW_LLM_BASE_URL there, or name a provider, e.g. ${model}?provider=openai`,
          );
        }
        const evaluation = await judgeAnswers(input, {
          ...{ store, settings: environment.llm, scratch: environment.scratch, signal, now: () => new Date() },
          llm: chooseLlm(choice),
          run: { id: workflowId, execution: runId },
          ...{ budget: {}, spent: [] },
          onReply: (done, total) => report({ phase: `judging ${input.label}`, done, total }),
        });
        const { label, reader } = input;
        const result = { ...(await readScore(store, evaluation)), label, reader, evaluation };
        logger.info({ label, benchmark: result.benchmark, evaluation: evaluation.key }, 'answers judged');
        return result;
      }),
  };
}
