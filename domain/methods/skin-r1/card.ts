/** What the model card of a Skin-R1 adapter says: no sentence of a stage that did not make it. */

import type { SkinR1Recipe } from '../../recipe/methods/skin-r1.ts';
import { sourceNames } from '../../recipe/recipe.ts';
import { rewardWeights } from '../../reward-settings.ts';
import type { Stage } from '../../stages/index.ts';
import { grouped } from '../../words.ts';
import { isGenerated, type ModelCardSource } from '../card-source.ts';
import type { MethodWords } from '../method.ts';

/** What happened on the way to the adapter. */
interface TrainedParts {
  concepts: boolean;
  sft: boolean;
  rl: boolean;
}

export function skinR1Card(
  { recipe, trajectories }: ModelCardSource<SkinR1Recipe>,
  trained: readonly Stage[],
): MethodWords {
  const parts: TrainedParts = {
    concepts: trained.includes('concepts'),
    sft: trained.includes('sft'),
    rl: trained.includes('grpo') || trained.includes('rl-only'),
  };
  return {
    made: `Made by Dermflow after the method of Skin-R1 (arXiv 2511.14900): ${procedureWords(parts)}.`,
    data: `${origin(recipe, parts)}${unused(parts)}${isGenerated(recipe) ? '' : ' Licences and consent are those of the data sets.'}`,
    counts:
      trajectories && parts.sft
        ? `${grouped(trajectories.train)} trajectories for SFT, ${grouped(trajectories.validation)} held out; ${grouped(trajectories.llmCalls)} calls to the LLM that wrote the differential reasoning, ${grouped(trajectories.rejected)} replies rejected.`
        : null,
    lineage: `${conceptWords(recipe, parts)}${lineage(recipe, parts)}`,
    rewards: parts.rl ? rewardWords(recipe) : null,
    answers: parts.rl
      ? 'the answer is a `<thinking>` block and a `<final diagnosis>` block.'
      : 'they ask for a `<thinking>` block and a `<final diagnosis>` block, while the texts of its training end with a `<diagnosis>` block.',
    reasoning: parts.rl
      ? 'Its reasoning is text that earned a reward'
      : 'Its reasoning is text in the form of its training examples',
  };
}

function procedureWords({ concepts, sft, rl }: TrainedParts): string {
  const tuning = `supervised fine-tuning on ${concepts ? 'pictures with explained concepts and on ' : ''}diagnostic trajectories`;
  const learning = 'reinforcement learning with verifiable rewards';
  if (!rl) return `${tuning}, without the reinforcement learning that follows there`;
  return sft ? `${tuning}, then ${learning}` : `${learning}, without the supervised fine-tuning that comes first there`;
}

function origin(recipe: SkinR1Recipe, { sft, rl }: TrainedParts): string {
  if (isGenerated(recipe)) {
    return 'Images drawn by a program, in the layout of HAM10000. **They show no patients and no skin**, and what is learned from them says nothing about real lesions.';
  }
  const concepts = recipe.data.sources.flatMap(({ use, adapter }) => (use === 'concepts' ? [adapter] : []));
  const explained = concepts.length > 0 ? ` and pictures of ${concepts.join(', ')} for the concepts` : '';
  const served = sft && rl ? `, with textbook cases for the trajectories${explained}` : '';
  return `Images in the layouts of ${sourceNames(recipe.data)}, supplied by whoever ran the recipe${served}.`;
}

/** The run's data that this adapter did not learn from. */
function unused({ concepts, sft, rl }: TrainedParts): string {
  if (!rl) {
    const pictures = concepts ? 'pictures with concepts and on ' : '';
    return ` Trained on ${pictures}trajectories of the textbook cases alone, not on the cases of the split.`;
  }
  return sft ? '' : ' Trained on questions of the training part alone; the textbook cases were not trained on.';
}

function conceptWords({ sft }: SkinR1Recipe, { concepts }: TrainedParts): string {
  const count = sft.conceptAlignment?.epochs ?? 0;
  return concepts
    ? `SFT began with ${count} ${count === 1 ? 'epoch' : 'epochs'} on pictures with explained concepts; `
    : '';
}

function lineage({ lora, model }: SkinR1Recipe, { sft, rl }: TrainedParts): string {
  const noun = lora === null ? 'model' : 'adapter';
  const start = model.adapter === undefined ? 'the base model' : 'that adapter';
  if (!rl) return `the ${noun} is that of SFT, without GRPO.`;
  if (!sft) return `GRPO began with ${start}, which is also the reference of its KL term.`;
  return `the SFT ${noun} is continued in GRPO and is the reference of its KL term.`;
}

function rewardWords({ rewards }: SkinR1Recipe): string {
  const parts = [
    `granularity ${rewardWeights.granularity}${rewards.granularity === 'flat' ? ' (all or nothing)' : ''}`,
    ...(rewards.format ? [`format ${rewardWeights.format}`] : []),
    ...(rewards.malignancy ? [`malignancy ${rewardWeights.malignancy}`] : []),
  ];
  const own = rewards.plugin ? `; besides, ${rewards.plugin.name}, a reward of the run's own` : '';
  return `Rewards, at most: ${parts.join(', ')}${own}.`;
}
