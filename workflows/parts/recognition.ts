/** What a model of the run is asked beside the work: its classification sets, and DermBench's part of the certified cases. */
import { workflowInfo } from '@temporalio/workflow';
import {
  type BenchmarkChoice,
  type BenchmarkResult,
  nameOfBenchmark,
  type TestedModel,
} from '../../domain/contracts/benchmarks.ts';
import type { CheckpointRef, ModelRef } from '../../domain/contracts/references.ts';
import { type ModelUnderTest, modelId, onGrey } from '../../domain/evaluation/model-under-test.ts';
import { evaluationProfile } from '../../domain/prompts/prompts.ts';
import type { OpenEvaluation } from '../../domain/recipe/evaluation.ts';
import type { RecipeParts } from '../../domain/recipe/parts.ts';
import { evaluateBenchmark, judgeAnswers, scoreAnswersByDrawing } from '../activities.ts';
import type { Progress } from '../progress.ts';

/** A model of the run with its checkpoint; null: the base itself. */
export interface Subject {
  subject: ModelUnderTest;
  checkpoint: CheckpointRef | null;
}

/** The part of a recipe that decides how models are asked in their own words, and by whom their answers are scored. */
type AskingRecipe = Pick<RecipeParts, 'seed' | 'prompts' | 'model' | 'data' | 'narratives' | 'judge'> & {
  evaluation: OpenEvaluation;
};

/** Of a run, so that models are asked alike. */
export class Recognition {
  readonly #recipe: AskingRecipe;
  readonly #model: ModelRef;
  readonly #progress: Progress;

  constructor(recipe: AskingRecipe, model: ModelRef, progress: Progress) {
    this.#recipe = recipe;
    this.#model = model;
    this.#progress = progress;
  }

  /** Each set with its pictures, then with grey ones where the recipe wants that control. */
  async onSets({ subject, checkpoint }: Subject, sets: readonly BenchmarkChoice[]): Promise<BenchmarkResult[]> {
    const shown = this.#recipe.evaluation.noImageControl ? [subject, onGrey(subject)] : [subject];
    const results: BenchmarkResult[] = [];
    for (const own of shown)
      for (const set of sets) results.push(this.#record(await this.#ask({ subject: own, checkpoint }, set)));
    return results;
  }

  /** The answers' scores as narratives: by the recipe's judge, else by what is known of generated pictures. */
  async onBench(subject: Subject, bench: BenchmarkChoice): Promise<BenchmarkResult> {
    const { evaluation, label, reader } = await this.#ask(subject, bench);
    const { judge, seed, data, narratives } = this.#recipe;
    const answers = { evaluation, label, reader };
    const scored = judge
      ? judgeAnswers({ ...answers, judge })
      : scoreAnswersByDrawing({ ...answers, recipe: { seed, data, narratives } });
    return this.#record(await scored);
  }

  #record(result: BenchmarkResult): BenchmarkResult {
    this.#progress.benchmarked(result);
    return result;
  }

  async #ask({ subject, checkpoint }: Subject, benchmark: BenchmarkChoice): Promise<BenchmarkResult> {
    const { seed, prompts, evaluation, model: computed } = this.#recipe;
    const { maxNewTokens, temperature, batchSize } = evaluation;
    this.#progress.say('evaluation', `${modelId(subject)} on ${nameOfBenchmark(benchmark)}`);
    const id = modelId(subject);
    const { workflowId } = workflowInfo();
    const tested: TestedModel = {
      // As `dermflow evaluate` names it: the name sets it apart from those of other runs.
      ...{ kind: 'local', label: `${workflowId}@${id}`, profile: evaluationProfile(prompts), reader: 'strict' },
      ...{ shown: subject.image, base: this.#model.base, baseSha256: this.#model.sha256, adapter: checkpoint },
      ...{ runtime: 'transformers', precision: computed.precision },
    };
    const decoding = { maxNewTokens, temperature, seed };
    const asking = { decoding, samples: 1, limit: null, batchSize, threads: computed.threads };
    const data = { questions: null, dataset: null };
    return { ...(await evaluateBenchmark({ tested, benchmark, data, asking, onnx: null })), label: id };
  }
}
