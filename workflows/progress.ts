/** What a run says of itself: the answer of the `progress` query, and its search attributes. */
import {
  defineQuery,
  isCancellation,
  patched,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { BenchmarkResult } from '../domain/contracts/benchmarks.ts';
import type { EvaluationResult } from '../domain/contracts/evaluation.ts';
import type { PartProgress, RunProgress } from '../domain/contracts/run.ts';
import { patches, queries, searchAttributes } from '../domain/names.ts';
import { waitsFor } from './attempts.ts';
import { explain } from './failures.ts';

export const progressQuery = defineQuery<RunProgress>(queries.progress);

export class Progress {
  readonly #state: RunProgress;
  readonly #trained = new Set<string>();
  /**
   * Whether the namespace has our search attributes: then whoever started the run set them. To set one that a namespace
   * lacks fails the workflow task, again and again.
   */
  readonly #searchable: boolean;

  constructor(recipe: string, parts: readonly string[]) {
    this.#state = {
      recipe,
      stages: parts.map((stage) => ({ stage, state: 'waiting', detail: '' })),
      checkpoint: null,
      evaluations: [],
      report: null,
      failure: null,
    };
    setHandler(progressQuery, () => this.now());
    this.#searchable = !patched(patches.searchAttributesAtStart) || isSearchable();
    this.#mark(searchAttributes.recipe, recipe);
  }

  now(): RunProgress {
    return {
      ...this.#state,
      waitsFor: [...waitsFor].map(([activity, reason]) => ({ activity, reason })),
    };
  }

  /** Runs the work of a part of the run and keeps its state; a failure's words become the run's. */
  async part<T>(part: string, work: () => Promise<T>): Promise<T> {
    this.#mark(searchAttributes.part, part);
    this.#entry(part).state = 'running';
    try {
      const result = await work();
      this.#entry(part).state = 'done';
      return result;
    } catch (error) {
      if (!isCancellation(error)) this.fail(part, error);
      throw error;
    }
  }

  /** One short line on what the part does. A part may speak before it is awaited: evaluation runs beside training. */
  say(part: string, detail: string): void {
    const entry = this.#entry(part);
    if (entry.state === 'failed') return;
    entry.state = 'running';
    entry.detail = detail;
  }

  /** A stage of this part is not trained; said of the part unless another stage of it is. */
  leaveOut(part: string): void {
    const entry = this.#entry(part);
    if (entry.detail === '') entry.detail = 'left out by the recipe';
  }

  fail(part: string, error: unknown): void {
    this.#state.failure ??= explain(error)?.message ?? String(error);
    Object.assign(this.#entry(part), { state: 'failed', detail: this.#state.failure });
  }

  reached(checkpoint: NonNullable<RunProgress['checkpoint']>): void {
    this.#state.checkpoint = checkpoint;
    this.#trained.add(checkpoint.stage);
  }

  /** Whether a stretch of this stage has ended. */
  hasTrained(stage: string): boolean {
    return this.#trained.has(stage);
  }

  evaluated(result: EvaluationResult): void {
    this.#state.evaluations.push(result);
  }

  benchmarked(result: BenchmarkResult): void {
    this.#state.benchmarks = [...(this.#state.benchmarks ?? []), result];
  }

  reported(report: RunProgress['report']): void {
    this.#state.report = report;
  }

  /** Nothing works any more: what is not done waits until the run is started again. */
  rest(): void {
    for (const entry of this.#state.stages) if (entry.state === 'running') entry.state = 'waiting';
  }

  #mark(name: string, value: string): void {
    if (this.#searchable) upsertSearchAttributes([{ key: { name, type: 'KEYWORD' }, value }]);
  }

  #entry(part: string): PartProgress {
    const entry = this.#state.stages.find((each) => each.stage === part);
    if (!entry) throw new RangeError(`no such part of a run: ${part}`);
    return entry;
  }
}

const isSearchable = (): boolean =>
  workflowInfo()
    .typedSearchAttributes.getAll()
    .some(({ key }) => key.name === searchAttributes.recipe);
