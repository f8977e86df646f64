import { executeChild, workflowInfo } from '@temporalio/workflow';
import type { CheckpointRef, EvaluationInput, EvaluationResult } from '../../domain/contracts.ts';
import { evaluationId, taskQueues } from '../../domain/names.ts';
import { evaluateCheckpoint } from '../evaluate-checkpoint.ts';
import type { Progress } from '../progress.ts';

/** Evaluations that run as child workflows beside the training. One that fails lets training go on and fails the run at its end. */
export class Evaluations {
  readonly #running: Promise<EvaluationResult>[] = [];
  readonly #common: Pick<EvaluationInput, 'recipe' | 'model' | 'questions'>;
  readonly #progress: Progress;
  #finished = 0;

  constructor(common: Pick<EvaluationInput, 'recipe' | 'model' | 'questions'>, progress: Progress) {
    this.#common = common;
    this.#progress = progress;
  }

  /** @param image `grey` shows the model a grey image: what it knows without looking */
  start(label: string, checkpoint: CheckpointRef | null, image: EvaluationInput['image'] = 'real'): void {
    const evaluation = this.#evaluate({ ...this.#common, label, checkpoint, image });
    // Nobody may be waiting yet when it fails; `all` still throws the failure.
    evaluation.catch((error: unknown) => this.#progress.fail('evaluation', error));
    this.#running.push(evaluation);
    this.#tell();
  }

  /** The results in the order of their start. */
  all(): Promise<EvaluationResult[]> {
    return Promise.all(this.#running);
  }

  async #evaluate(input: EvaluationInput): Promise<EvaluationResult> {
    const result = await executeChild(evaluateCheckpoint, {
      args: [input],
      workflowId: evaluationId(workflowInfo().workflowId, input.label),
      taskQueue: taskQueues.orchestrator,
    });
    this.#finished++;
    this.#progress.evaluated(result);
    this.#tell();
    return result;
  }

  #tell(): void {
    this.#progress.say('evaluation', `${this.#finished} of ${this.#running.length}`);
  }
}
