import { CancellationScope, executeChild, isCancellation, ParentClosePolicy, workflowInfo } from '@temporalio/workflow';
import type { EvaluationInput, EvaluationResult } from '../../domain/contracts/evaluation.ts';
import { type ModelUnderTest, modelId, onGrey } from '../../domain/evaluation/model-under-test.ts';
import { evaluationId, taskQueues } from '../../domain/names.ts';
import { evaluateCheckpoint } from '../evaluate-checkpoint.ts';
import type { Progress } from '../progress.ts';

/** What is the same for a model with its pictures and without them. */
type Asked = Omit<EvaluationInput, 'label' | 'image'>;

/** Evaluations that run as child workflows beside the training. One that fails lets training go on and fails the run at its end. */
export class Evaluations {
  readonly #scope = new CancellationScope();
  readonly #started: Promise<EvaluationResult>[] = [];
  readonly #beside: Promise<unknown>[] = [];
  readonly #progress: Progress;
  #finished = 0;

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  start(subject: ModelUnderTest, rest: Asked): void {
    this.#begin(() => this.#evaluate(subject, rest));
  }

  /** Then the same model on grey pictures, by the export that the first of the two has made. */
  startWithControl(subject: ModelUnderTest, rest: Asked): void {
    const real = this.#begin(() => this.#evaluate(subject, rest));
    this.#begin(() => real.then(() => this.#evaluate(onGrey(subject), rest)));
  }

  /** What is read beside the evaluations; it fails the run as they do, and its result is there once `all` has ended. */
  beside<T>(work: () => Promise<T>): Promise<T> {
    const own = this.#run(work);
    this.#beside.push(own);
    return own;
  }

  #begin(work: () => Promise<EvaluationResult>): Promise<EvaluationResult> {
    const evaluation = this.#run(work);
    this.#started.push(evaluation);
    this.#report();
    return evaluation;
  }

  #run<T>(work: () => Promise<T>): Promise<T> {
    const own = this.#scope.run(work);
    // Nobody may be waiting yet when it fails; `all` still throws the failure.
    own.catch((error: unknown) => {
      if (!isCancellation(error)) this.#progress.fail('evaluation', error);
    });
    return own;
  }

  /** Waits for every one, then returns the results in the order of their start or throws the first failure. */
  async all(): Promise<EvaluationResult[]> {
    await Promise.allSettled([...this.#started, ...this.#beside]);
    await Promise.all(this.#beside);
    return Promise.all(this.#started);
  }

  /** Stops what still runs and waits for its end: a run started again under the same id must not meet its children. */
  async stop(): Promise<void> {
    await CancellationScope.nonCancellable(async () => {
      this.#scope.cancel();
      await Promise.allSettled([...this.#started, ...this.#beside]);
    });
  }

  async #evaluate(subject: ModelUnderTest, rest: Asked): Promise<EvaluationResult> {
    const input = { ...rest, label: modelId(subject), image: subject.image };
    const result = await executeChild(evaluateCheckpoint, {
      args: [input],
      workflowId: evaluationId(workflowInfo().workflowId, input.label),
      taskQueue: taskQueues.orchestrator,
      // Only a run that is terminated or reset leaves children behind; the next one needs their ids.
      parentClosePolicy: ParentClosePolicy.TERMINATE,
    });
    this.#finished++;
    this.#progress.evaluated(result);
    this.#report();
    return result;
  }

  #report(): void {
    this.#progress.say('evaluation', `${this.#finished} of ${this.#started.length}`);
  }
}
