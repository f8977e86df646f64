import type { EvaluationInput, EvaluationResult } from '../domain/contracts/evaluation.ts';
import { evaluateModel, exportForInference } from './activities.ts';
import { listenForRetryNow } from './attempts.ts';
import { concluding } from './failures.ts';

/** Exports a model where the recipe's runtime needs that, and scores its answers to the test questions. */
export async function evaluateCheckpoint(input: EvaluationInput): Promise<EvaluationResult> {
  listenForRetryNow();
  return concluding(async () => {
    const onnx = await exportForInference(input);
    return evaluateModel({ ...input, onnx });
  });
}
