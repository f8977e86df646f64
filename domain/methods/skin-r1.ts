/** Skin-R1 (arXiv 2511.14900): SFT on trajectories, then GRPO; a recipe may leave either out, as the paper's ablations do. */
import type { SkinR1Recipe } from '../recipe/methods/skin-r1.ts';
import { type Stage, stages } from '../stages.ts';
import type { Method } from './method.ts';
import { skinR1Card } from './skin-r1-card.ts';

export const skinR1: Method<SkinR1Recipe> = {
  name: 'skin-r1',
  title: 'Skin-R1',
  workflow: 'skinR1',
  parts: ['data', 'trajectories', 'sft', 'grpo', 'evaluation', 'report'],
  trained: trainedBy,
  card: (source) => skinR1Card(source, trainedBy(source.recipe)),
};

/** In the paper's order; RL without SFT is exported where it is all that the recipe trains. */
function trainedBy(recipe: SkinR1Recipe): Stage[] {
  const done = (['concepts', 'sft', 'grpo'] as const).filter((stage) => stages[stage].ends(recipe).length > 0);
  return done.length > 0 ? done : ['rl-only'];
}
