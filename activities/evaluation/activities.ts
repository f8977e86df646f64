/** Evaluation, on a queue of its own: it neither waits for the trainer's accelerator nor takes it. */
import type { Logger } from 'pino';
import type { EvaluationActivities } from '../../domain/contracts/evaluation.ts';
import type { Environment } from '../../platform/env.ts';
import { withHeartbeats } from '../heartbeats.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { type EvaluationContext, evaluate } from './evaluate.ts';
import { exportOnnx } from './export.ts';
import { withTestQuestions } from './questions.ts';

export interface EvaluationDependencies {
  store: ArtifactStore;
  environment: Pick<Environment, 'scratch' | 'trainerPython'>;
  logger: Logger;
  /** Default: what the recipe's runtime says. */
  openRunner?: EvaluationContext['openRunner'];
}

export function createEvaluationActivities({
  store,
  environment,
  logger,
  openRunner,
}: EvaluationDependencies): EvaluationActivities {
  const common = { store, scratch: environment.scratch, trainer: { python: environment.trainerPython, logger } };
  return {
    exportForInference: async (input) => {
      const { runtime } = input.recipe.evaluation;
      if (runtime !== 'onnx') return null;
      return withHeartbeats(async (report, signal) => {
        const onProgress = (done: number, total: number): void => report({ phase: 'exporting', done, total });
        const { seed, model, evaluation } = input.recipe;
        return withTestQuestions(store, input.questions, evaluation, environment.scratch, (questions) =>
          exportOnnx({ ...input, seed, threads: model.threads }, questions, { ...common, signal, onProgress }),
        );
      });
    },

    evaluateModel: (input) =>
      withHeartbeats(async (report, signal) => {
        const onProgress = (done: number, total: number): void => report({ phase: 'answering', done, total });
        const context = { ...common, signal, onProgress, ...(openRunner ? { openRunner } : {}) };
        const { evaluation, scores } = await withTestQuestions(
          store,
          input.questions,
          input.recipe.evaluation,
          environment.scratch,
          (questions) => evaluate(input, questions, context),
        );
        logger.info({ label: input.label, evaluation: evaluation.key, scores }, 'model evaluated');
        return { label: input.label, step: input.checkpoint?.step ?? null, evaluation, scores };
      }),
  };
}
