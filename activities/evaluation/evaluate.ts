/** One evaluation: every question asked once, greedily; every output kept as it comes, then judged. */
import { join } from 'node:path';
import { z } from 'zod';
import type { Answerer, AskedItem } from '../../domain/answers/answer.ts';
import type { ArtifactRef, Json } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { EvaluationInput, TaskScore } from '../../domain/contracts/evaluation.ts';
import { type EvaluationItem, judgeOutput } from '../../domain/evaluation/item.ts';
import { type EvaluationSummary, scoresOf, taskScoreSchema } from '../../domain/evaluation/summary.ts';
import { userMistake } from '../../domain/failures.ts';
import { questionPrompt } from '../../domain/prompts/prompts.ts';
import type { Question } from '../../domain/questions/question.ts';
import { createItemTally, summariseTally } from '../answers/item-tally.ts';
import { commitOnce } from '../commit-once.ts';
import { writeJsonFile } from '../json-file.ts';
import { writeLineFiles } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { ModelRunner } from '../ports/model-runner.ts';
import { flatMapRows, type Rows } from '../rows.ts';
import { withScratchFolder } from '../scratch.ts';
import type { TrainerProcess } from '../trainer/trainer-job.ts';
import { withAnswers } from './ask-items.ts';
import { identifyLocal, openExport, openLocal } from './tested-model.ts';

/** A change of prompts, extraction or scores changes the version. */
const method = 'evaluate/10';
const factsSchema = z.object({ scores: z.array(taskScoreSchema) });

type EvaluationRequest = EvaluationInput & { onnx: ArtifactRef | null };

export interface EvaluationContext {
  store: ArtifactStore;
  trainer: TrainerProcess;
  scratch: string;
  signal: AbortSignal;
  onProgress: (done: number, total: number) => void;
  /** Default: what the recipe's runtime says. */
  openRunner?: typeof openRunner;
}

/** The evaluation in the store if this work was done before, else a new one. */
export async function evaluate(
  request: EvaluationRequest,
  questions: Rows<Question>,
  context: EvaluationContext,
): Promise<{ evaluation: ArtifactRef; scores: TaskScore[] }> {
  const { store } = context;
  const files = artifactFiles.evaluation;
  // Around all, since the items are stored after they were written.
  const evaluation = await withScratchFolder(context.scratch, 'evaluation', (folder) =>
    commitOnce(store, { kind: 'evaluation', method, ...identity(request) }, async () => {
      const path = join(folder, files.items.name);
      using tally = createItemTally(folder);
      await writeLineFiles({ items: path }, (writers) =>
        ask(request, questions, folder, context, async (item) => {
          await writers.items.write(item);
          tally.add(item);
        }),
      );
      const tasks = await summariseTally(tally);
      const { image } = request;
      const summaryPath = join(folder, files.summary.name);
      const summary: EvaluationSummary = { step: request.checkpoint?.step ?? null, image, tasks };
      await writeJsonFile(summaryPath, summary);
      return {
        facts: { step: summary.step, image, scores: scoresOf(tasks).map((score) => ({ ...score })) },
        files: {
          [files.items.name]: { path },
          [files.summary.name]: { path: summaryPath },
        },
      };
    }),
  );
  const { scores } = factsSchema.parse((await store.manifest(evaluation)).facts);
  return { evaluation, scores };
}

/** What decides the answers. Batch size and threads are left out: they change rounding, not the model. */
function identity({ recipe, model, checkpoint, questions, image }: EvaluationRequest): {
  inputs: Record<string, string>;
  params: Json;
} {
  const { tasks, maxItems, runtime, maxNewTokens } = recipe.evaluation;
  const precision = precisionOf(recipe);
  return {
    inputs: {
      model: model.sha256,
      questions: questions.sha256,
      ...(checkpoint ? { checkpoint: checkpoint.sha256 } : {}),
    },
    params: { tasks, maxItems, runtime, precision, maxNewTokens, image, prompts: recipe.prompts },
  };
}

/** Asks what has no answer yet, an evaluation that was broken off goes on where it was; then gives each item to `take`. */
async function ask(
  request: EvaluationRequest,
  questions: Rows<Question>,
  folder: string,
  context: EvaluationContext,
  take: (item: EvaluationItem) => Promise<void>,
): Promise<void> {
  const { recipe, image: shown, onnx } = request;
  if (recipe.evaluation.runtime === 'onnx' && !onnx) {
    throw userMistake('evaluation.runtime is onnx, but the model was not exported; run exportForInference first');
  }
  const itemOf = (question: Question): AskedItem => ({
    ...{ id: question.id, image: question.image, system: null },
    prompt: questionPrompt(question, recipe.prompts, 'evaluation'),
  });
  const items = flatMapRows(questions, (question) => [itemOf(question)]);
  const model = {
    answerer: await answererOf(request, context.store),
    open: (own: string) => (context.openRunner ?? openRunner)(request, own, context),
  };
  const asking = { items, shown, samples: 1, batchSize: recipe.evaluation.batchSize };
  await withAnswers(model, asking, folder, context, async (answersOf) => {
    for await (const question of questions)
      await take(judgeOutput(question, answersOf(itemOf(question))[0]?.text ?? ''));
  });
}

const precisionOf = ({ model, evaluation }: EvaluationRequest['recipe']): 'fp32' | 'bf16' =>
  evaluation.runtime === 'onnx' ? 'fp32' : model.precision;

const answererOf = async (request: EvaluationRequest, store: ArtifactStore): Promise<Answerer> => ({
  model: await identifyLocal(store, request),
  runtime: request.recipe.evaluation.runtime,
  precision: precisionOf(request.recipe),
  decoding: { maxNewTokens: request.recipe.evaluation.maxNewTokens, temperature: 0, seed: 0 },
});

/** What answers: the export by ONNX Runtime, or the trainer's Transformers. */
export async function openRunner(
  request: EvaluationRequest,
  folder: string,
  context: EvaluationContext,
): Promise<ModelRunner> {
  const { recipe, onnx } = request;
  const { threads, precision } = recipe.model;
  return onnx
    ? openExport(context.store, onnx, folder, threads)
    : openLocal(context, request, { seed: recipe.seed, threads, precision }, folder);
}
