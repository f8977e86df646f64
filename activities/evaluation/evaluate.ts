/** One evaluation: every question asked once, greedily; every output kept and judged. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as untilNextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { ArtifactRef, Json } from '../../domain/artifact.ts';
import { artifactFiles } from '../../domain/artifact-files.ts';
import type { EvaluationInput, TaskScore } from '../../domain/contracts/evaluation.ts';
import { type EvaluationItem, judgeOutput } from '../../domain/evaluation/item.ts';
import {
  type EvaluationSummary,
  scoresOf,
  summariseItems,
  type TaskSummary,
  taskScoreSchema,
} from '../../domain/evaluation/summary.ts';
import { userMistake } from '../../domain/failures.ts';
import { questionPrompt } from '../../domain/prompts/prompts.ts';
import { type Question, questionTasks } from '../../domain/questions/question.ts';
import { createRandom } from '../../domain/random.ts';
import type { ChatRow } from '../../domain/trainer.ts';
import { commitOnce } from '../commit-once.ts';
import { openOnnxModel } from '../inference/onnx-runner.ts';
import { createTransformersRunner } from '../inference/transformers-runner.ts';
import { writeLineFiles } from '../json-lines.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { ModelRunner } from '../ports/model-runner.ts';
import { withScratchFolder } from '../scratch.ts';
import { materialise } from '../store/commit.ts';
import { fetchAdapter, modelPath } from '../trainer/model-folders.ts';
import type { TrainerProcess } from '../trainer/trainer-job.ts';
import { imageFileName, writeQuestionImages } from './questions.ts';

/** A change of prompts, extraction or scores changes the version. */
const method = 'evaluate/5';
const factsSchema = z.object({ scores: z.array(taskScoreSchema) });

export type EvaluationRequest = EvaluationInput & { onnx: ArtifactRef | null };

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
  questions: readonly Question[],
  context: EvaluationContext,
): Promise<{ evaluation: ArtifactRef; scores: TaskScore[] }> {
  const { store } = context;
  const files = artifactFiles.evaluation;
  // Around all, since the items are stored after they were written.
  const evaluation = await withScratchFolder(context.scratch, 'evaluation', (folder) =>
    commitOnce(store, { kind: 'evaluation', method, ...identity(request) }, async () => {
      const path = join(folder, files.items.name);
      const items: EvaluationItem[] = [];
      await writeLineFiles({ items: path }, async (writers) => {
        for await (const item of ask(request, questions, folder, context)) {
          await writers.items.write(item);
          items.push({ ...item, output: '' }); // the long part; scores are counted without it
        }
      });
      const random = createRandom(`evaluation/${request.questions.sha256}`);
      const tasks: TaskSummary[] = [];
      for (const task of questionTasks) {
        await untilNextTurn(); // an interval of many patients takes seconds
        const own = items.filter((item) => item.task === task);
        tasks.push(...summariseItems(own, random));
      }
      const { image } = request;
      const summary: EvaluationSummary = { step: request.checkpoint?.step ?? null, image, tasks };
      return {
        facts: { step: summary.step, image, scores: scoresOf(tasks).map((score) => ({ ...score })) },
        files: {
          [files.items.name]: { path },
          [files.summary.name]: `${JSON.stringify(summary, null, 2)}\n`,
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
  const precision = runtime === 'onnx' ? 'fp32' : recipe.model.precision;
  return {
    inputs: {
      model: model.sha256,
      questions: questions.sha256,
      ...(checkpoint ? { checkpoint: checkpoint.sha256 } : {}),
    },
    params: { tasks, maxItems, runtime, precision, maxNewTokens, image, prompts: recipe.prompts },
  };
}

/** Judged outputs in the order of the questions. */
async function* ask(
  request: EvaluationRequest,
  questions: readonly Question[],
  folder: string,
  context: EvaluationContext,
): AsyncGenerator<EvaluationItem> {
  const { recipe, image } = request;
  const images = join(folder, 'images');
  await mkdir(images);
  await writeQuestionImages(context.store, questions, image, images);
  const rows: ChatRow[] = questions.map((question) => ({
    id: question.id,
    images: [imageFileName(question.image, image)],
    prompt: questionPrompt(question, recipe.prompts, 'evaluation'),
  }));
  const { batchSize, maxNewTokens } = recipe.evaluation;
  const { signal, onProgress } = context;
  const runner = await (context.openRunner ?? openRunner)(request, folder, context);
  try {
    let at = 0;
    for await (const { text } of runner.generate(rows, { images, batchSize, maxNewTokens, signal, onProgress })) {
      const question = questions[at++];
      if (question) yield judgeOutput(question, text); // a runner answers in the order of the rows
    }
  } finally {
    await runner.close();
  }
}

async function openRunner(
  { recipe, model, checkpoint, onnx }: EvaluationRequest,
  folder: string,
  { store, trainer }: EvaluationContext,
): Promise<ModelRunner> {
  const { threads, precision } = recipe.model;
  if (recipe.evaluation.runtime === 'onnx') {
    if (!onnx)
      throw userMistake('evaluation.runtime is onnx, but the model was not exported; run exportForInference first');
    await materialise(store, onnx, join(folder, 'onnx'));
    return openOnnxModel(join(folder, 'onnx'), { threads });
  }
  const adapter = await fetchAdapter(store, checkpoint, join(folder, 'adapter'));
  const settings = { model: modelPath(model), adapter, seed: recipe.seed, threads, precision, scratch: folder };
  return createTransformersRunner(trainer, settings);
}
