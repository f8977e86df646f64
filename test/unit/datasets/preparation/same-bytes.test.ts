/**
 * The stages write what they wrote when they held everything in memory: the digests below are of that code, on generated
 * sets. A change of the taxonomy or of what a stage computes changes them, and then they are written again.
 */
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { deriveData } from '../../../../activities/datasets/preparation/derive-data.ts';
import { explainConcepts } from '../../../../activities/trajectories/explain.ts';
import { synthesise } from '../../../../activities/trajectories/synthesise.ts';
import { digestOf } from '../../../../domain/artifact.ts';
import type { LlmRequest } from '../../../../domain/llm.ts';
import type { SkinR1Recipe } from '../../../../domain/recipe/methods/skin-r1.ts';
import { temporaryFolder } from '../../../support/datasets.ts';
import { writeGeneratedSources } from '../../../support/generated-sources.ts';
import { shippedKnowledge } from '../../../support/knowledge.ts';
import { askingNobody, standInLlm } from '../../../support/llm.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';
import { paperRecipe } from '../../../support/recipes.ts';

const paper = paperRecipe();
const known = {
  textbook: '446b2733fea1fe90c8eefb4d12134d32e4dacc66b5343477f0f11f95799a1390',
  concepts: '72acbaa6d5a9145d3dd9b7805f10e752d3de70ae0ddce95911554163a3235025',
  trajectories: 'b24a26917cbb8ba5be74f960a79c54114d84ddf9c321ec8140c15b96f41a0d0e',
  explained: '830f97ad3f38b1572463a223814afbfec59699d0a01a40c14742a44bec79f6ef',
};
const some = { ...paper.evaluation, maxItems: 50, tasks: ['hierarchical', 'diagnosis'] as const };

const modes: [change: Partial<SkinR1Recipe>, data: Partial<SkinR1Recipe['data']>, expected: Record<string, string>][] =
  [
    [
      { questions: { distractors: 'set-and-shared' } },
      { leaks: { test: 'exclude', ood: 'exclude' } },
      {
        ...known,
        dataset: 'ce1cad427ef5ac66b3ae8570406d8e207b45c9a128b7e601427ce7444bff390f',
        questions: 'ba2f71670bf321ae507ece9fdc416996fd326552326299b9d5d3adc15acfb19d',
      },
    ],
    [
      { questions: { distractors: 'set' }, evaluation: { ...some, tasks: [...some.tasks] } },
      { leaks: { test: 'report', ood: 'exclude' } },
      {
        ...known,
        dataset: 'e8d814e041453f38fdf886ecfc717b679e8cce30db531d98b223c21a34744b0f',
        questions: 'f0deeff90827627dbe28dfad459a235cb3d7669e5daefa2576b4bd853d384d5e',
      },
    ],
    [
      { questions: { distractors: 'matched' } },
      { leaks: { test: 'exclude', ood: 'exclude' }, groupBy: 'image' },
      {
        ...known,
        dataset: 'ba243b6ecf2c49f6a64c76f6cd3729e0eac87f8defe751aebc20d427c008a6bb',
        questions: '94ce13f736f4a7c8321cc31126c373ee55647c9c47bf16f25d2319c422e25521',
      },
    ],
  ];

function reply(request: LlmRequest): string {
  if (request.user.includes('sign')) {
    const isRefused = request.seed === 1 && request.user.includes('dots');
    return isRefused ? 'I cannot' : 'The sign is a thing that one sees clearly on skin.';
  }
  // The form `findings` names the findings that may be chosen.
  const { present, absent } = (request.jsonSchema as { properties: Record<string, { enum: string[] }> }).properties;
  const isNoJson = digestOf(request.user).startsWith('0');
  return isNoJson ? 'no JSON' : JSON.stringify({ present: present?.enum[0], absent: absent?.enum[0] });
}

describe('the stages write the same bytes as before', { timeout: 240_000 }, () => {
  it.each(modes)('on generated sets: %j', async (change, data, expected) => {
    const store = createMemoryStore();
    const imported = await writeGeneratedSources(store, await temporaryFolder(), 1500, shippedKnowledge);
    const sources = imported.map(({ adapter, use }) => ({ adapter, use }));
    const recipe: SkinR1Recipe = {
      ...{ ...paper, ...change, data: { ...paper.data, sources, groupBy: 'patient', ...data } },
      sft: { ...paper.sft, conceptAlignment: { epochs: 1, explanations: 2 } },
      trajectories: {
        ...paper.trajectories,
        ...{ rationaleForm: 'findings', maxLlmCalls: 60, maxPerType: 120, maxRejectedShare: 0.5 },
      },
    };
    const made = await deriveData({ store, scratch: tmpdir() }, imported, recipe, shippedKnowledge);
    const { dataset, textbook, questions, concepts = dataset } = made;
    const asking = { ...askingNobody(store), llm: standInLlm(reply), recipe };
    const { trajectories } = await synthesise({ ...asking, textbook, knowledge: shippedKnowledge });
    const explained = await explainConcepts({ ...asking, concepts });
    expect({
      ...{ dataset: dataset.sha256, textbook: textbook.sha256, concepts: concepts.sha256 },
      ...{ questions: questions.sha256 },
      ...{ trajectories: trajectories.sha256, explained: explained.trajectories.sha256 },
    }).toEqual(expected);
  });
});
