import { CancellationScope, executeChild, isCancellation, ParentClosePolicy, workflowInfo } from '@temporalio/workflow';
import type { EvaluationInput, EvaluationResult } from '../../domain/contracts/evaluation.ts';
import { type ModelUnderTest, modelId } from '../../domain/evaluation/model-under-test.ts';
import { evaluationId, taskQueues } from '../../domain/names.ts';
import { evaluateCheckpoint } from '../evaluate-checkpoint.ts';
import type { Progress } from '../progress.ts';

/** Evaluations that run as child workflows beside the training. One that fails lets training go on and fails the run at its end. */
export class Evaluations {
  readonly #scope = new CancellationScope();
  readonly #started: Promise<EvaluationResult>[] = [];
  readonly #progress: Progress;
  #finished = 0;

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  start(subject: ModelUnderTest, rest: Omit<EvaluationInput, 'label' | 'image'>): void {
    const input = { ...rest, label: modelId(subject), image: subject.image };
    const evaluation = this.#scope.run(() => this.#evaluate(input));
    // Nobody may be waiting yet when it fails; `all` still throws the failure.
    evaluation.catch((error: unknown) => {
      if (!isCancellation(error)) this.#progress.fail('evaluation', error);
    });
    this.#started.push(evaluation);
    this.#tell();
  }

  /** Waits for every one, then returns the results in the order of their start or throws the first failure. */
  async all(): Promise<EvaluationResult[]> {
    await Promise.allSettled(this.#started);
    return Promise.all(this.#started);
  }

  /** Stops what still runs and waits for its end: a run started anew under the same id must not meet its children. */
  async stop(): Promise<void> {
    await CancellationScope.nonCancellable(async () => {
      this.#scope.cancel();
      await Promise.allSettled(this.#started);
    });
  }

  async #evaluate(input: EvaluationInput): Promise<EvaluationResult> {
    const result = await executeChild(evaluateCheckpoint, {
      args: [input],
      workflowId: evaluationId(workflowInfo().workflowId, input.label),
      taskQueue: taskQueues.orchestrator,
      // Only a run that is terminated or reset leaves children behind; the next one needs their ids.
      parentClosePolicy: ParentClosePolicy.TERMINATE,
    });
    this.#finished++;
    this.#progress.evaluated(result);
    this.#tell();
    return result;
  }

  #tell(): void {
    this.#progress.say('evaluation', `${this.#finished} of ${this.#started.length}`);
  }
}
