/** The parts of a run on generated cases: the real ones, with stand-ins for pixels, model and language model. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { deriveData } from '../../activities/datasets/preparation/derive-data.ts';
import type { ImportedSource } from '../../activities/datasets/preparation/imported-sets.ts';
import { createEvaluationActivities } from '../../activities/evaluation/activities.ts';
import { loadKnowledge } from '../../activities/knowledge.ts';
import type { ArtifactStore } from '../../activities/ports/artifact-store.ts';
import type { LlmClient } from '../../activities/ports/llm-client.ts';
import { createReportActivities } from '../../activities/reporting/activities.ts';
import { createTrajectoryActivities } from '../../activities/trajectories/activities.ts';
import { digestOf } from '../../domain/artifact.ts';
import type { DistractorSource } from '../../domain/questions/distractors.ts';
import { block, tags } from '../../domain/questions/tags.ts';
import type { SkinR1Recipe } from '../../domain/recipe/methods/skin-r1.ts';
import { readEnvironment } from '../../platform/env.ts';
import { createDiskStore } from '../../test/support/disk-store.ts';
import { replyOf } from '../../test/support/llm.ts';
import { paperRecipe } from '../../test/support/recipes.ts';
import { benchLogger } from '../common/logger.ts';

export function recipeOf(imported: readonly ImportedSource[], distractors: DistractorSource): SkinR1Recipe {
  const paper = paperRecipe();
  return {
    ...paper,
    model: { ...paper.model, base: 'tiny' },
    data: { ...paper.data, sources: imported.map(({ adapter, use }) => ({ adapter, use })) },
    questions: { distractors },
    trajectories: { ...paper.trajectories, rationaleForm: 'findings' },
    sft: { ...paper.sft, conceptAlignment: { epochs: 1, explanations: 2 } },
    grpo: { ...paper.grpo, steps: 1, milestones: [1], rlOnlyMilestones: [] },
  };
}

export const storeIn = (folder: string): ArtifactStore => createDiskStore(join(folder, 'store'));

/** A store that holds what a part reads, but finds neither the artifact of its work nor answers and replies. */
export const withoutResults = (store: ArtifactStore): ArtifactStore => ({
  ...store,
  find: async () => null,
  objectKeys: async () => [],
  eachObjectKey: async () => {},
});

/** Chooses the first finding that may be chosen; explains each sign alike. */
const llm: LlmClient = {
  model: 'stand-in',
  identify: async () => ({ provider: 'stand-in', address: null, model: 'stand-in', says: {}, body: {} }),
  complete: async ({ jsonSchema }) => {
    if (!jsonSchema) return replyOf('The sign is a patch that differs from the skin around it.');
    const { present, absent } = (jsonSchema as { properties: Record<string, { enum: string[] }> }).properties; // as `findings` asks
    return replyOf(JSON.stringify({ present: present?.enum[0], absent: absent?.enum[0] }));
  },
  close: async () => {},
};

/** Generated images name 50,000 bytes that nobody has: a file without content, and one picture where one is decoded. */
const imageBytes = 50_000;

export type PartName = 'data' | 'trajectories' | 'concepts' | 'evaluation' | 'report';
export const partNames: readonly PartName[] = ['data', 'trajectories', 'concepts', 'evaluation', 'report'];

/**
 * @param folder with the store, and room for scratch
 * @param isAgain what the store holds of their results is not found
 */
export async function createParts(
  folder: string,
  imported: readonly ImportedSource[],
  distractors: DistractorSource,
  isAgain = false,
) {
  const pixels = await sharp({ create: { width: 224, height: 224, channels: 3, background: '#c09080' } })
    .png()
    .toBuffer();
  const disk = isAgain ? withoutResults(storeIn(folder)) : storeIn(folder);
  const store: ArtifactStore = {
    ...disk,
    getFile: (ref, path) => (ref.bytes === imageBytes ? writeFile(path, '') : disk.getFile(ref, path)),
    getBlob: (ref) => (ref.bytes === imageBytes ? Promise.resolve(pixels) : disk.getBlob(ref)),
  };
  const scratch = join(folder, 'scratch');
  const environment = { ...readEnvironment({}), scratch };
  const logger = benchLogger();
  const knowledge = await loadKnowledge();
  const trajectories = createTrajectoryActivities({ store, chooseLlm: () => llm, environment, logger });
  const evaluation = createEvaluationActivities({
    ...{ store, environment, logger },
    openRunner: async ({ label }) => ({
      generate: async function* (rows) {
        for (const { id } of rows) {
          const letter = 'ABCD'.charAt(Number.parseInt(digestOf(`${label}/${id}`).slice(0, 2), 16) % 4);
          yield { id, text: `${block(tags.thinking, 'A spot.')} ${block(tags.final, letter)}`, tokens: [] };
        }
      },
      close: async () => {},
    }),
  });
  return {
    // As `prepareData` does, whose sources an import has left.
    data: () => deriveData({ store, scratch }, imported, recipeOf(imported, distractors), knowledge),
    trajectories: trajectories.synthesiseTrajectories,
    concepts: trajectories.explainConcepts,
    evaluation: evaluation.evaluateModel,
    report: createReportActivities({ store, environment, logger }).writeReport,
    exportForInference: evaluation.exportForInference,
  };
}
