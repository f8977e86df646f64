/** The plain script: what it reads, and one run of it. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { toJsonLines } from '../../activities/json-lines.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import { readJsonLines } from '../../activities/store/rows.ts';
import { modelPath } from '../../activities/trainer/model-folders.ts';
import { fetchImages } from '../../activities/training/rows.ts';
import { digestOf } from '../../domain/artifact.ts';
import { malignancies } from '../../domain/knowledge/malignancy.ts';
import { sftBatches } from '../../domain/plan/batches.ts';
import { questionPrompt } from '../../domain/prompts/prompts.ts';
import { questionSchema } from '../../domain/questions/question.ts';
import { conditionNames, conditionSynonyms } from '../../domain/questions/tags.ts';
import type { SkinR1Recipe } from '../../domain/recipe/methods/skin-r1.ts';
import { trajectoryRowSchema } from '../../domain/trajectories/row.ts';
import { ownEnvironment } from '../../platform/own-environment.ts';
import type { Trained } from './dermflow.ts';

const program = join(import.meta.dirname, 'plain.py');

/** Lays the data of a run before the script, as a user has them on the disk. Returns the path of its settings. */
export async function preparePlain(
  store: ArtifactStore,
  recipe: SkinR1Recipe,
  run: Pick<Trained, 'model' | 'data' | 'trajectories'>,
  folder: string,
): Promise<string> {
  const read = async (name: string) => readJsonLines(store, run.trajectories.trajectories, name, trajectoryRowSchema);
  const [train, validation] = [await read('train.jsonl'), await read('validation.jsonl')];
  const questions = await readJsonLines(store, run.data.questions, 'train.jsonl', questionSchema);
  const images = join(folder, 'images');
  await mkdir(images, { recursive: true });
  await fetchImages(store, [...train, ...validation, ...questions.map((q) => ({ ...q, prompt: '' }))], images);

  const named = ({ id, image }: { id: string; image: { sha256: string } }) => ({ id, images: [`${image.sha256}.png`] });
  const row = (each: (typeof train)[number]) => ({ ...named(each), prompt: each.prompt, completion: each.completion });
  await writeFile(join(folder, 'sft.jsonl'), toJsonLines(train.map(row)));
  await writeFile(join(folder, 'validation.jsonl'), toJsonLines(validation.map(row)));
  const asked = questions.map((question) => ({
    ...named(question),
    prompt: questionPrompt(question, recipe.prompts, 'training'),
    question: {
      malignancy: question.malignancy,
      options: question.options.map((o) => ({ letter: o.letter, names: [o.label, ...o.synonyms], value: o.value })),
    },
  }));
  await writeFile(join(folder, 'grpo.jsonl'), toJsonLines(asked));

  const { stepsPerEpoch } = sftBatches(train.length, recipe.sft.batchSize);
  const settings = {
    ...{ folder, images, model: modelPath(run.model), seed: recipe.seed, threads: recipe.model.threads },
    lora: recipe.lora,
    conditions: Object.fromEntries(malignancies.map((m) => [m, [conditionNames[m], ...conditionSynonyms[m]]])),
    sft: { ...recipe.sft, stepsPerEpoch, maxSteps: stepsPerEpoch * recipe.sft.epochs },
    grpo: { ...recipe.grpo, maxSteps: recipe.grpo.steps },
  };
  const path = join(folder, 'settings.json');
  await writeFile(path, JSON.stringify(settings));
  return path;
}

const timesSchema = z.object({ imports: z.number(), sft: z.number(), grpo: z.number() });

/**
 * From the shell's command to its end; `times` of its parts are the script's own. All in seconds.
 *
 * @param env more than the shell has
 */
export async function runPlain(settings: string, folder: string, env: Record<string, string> = {}) {
  const begun = performance.now();
  const { stdout } = await execa(ownEnvironment().trainerPython, [program, settings], { env });
  const seconds = (performance.now() - begun) / 1000;
  const times = timesSchema.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''));
  return { seconds, times, adapter: digestOf(await readFile(join(folder, 'adapter/adapter_model.safetensors'))) };
}
