import type { SkinR1Recipe } from '../../recipe/methods/skin-r1.ts';
import { stages } from '../../stages/index.ts';
import { skinR1Stages } from '../../stages/skin-r1.ts';
import type { MethodOutline } from '../method.ts';

export const skinR1Outline: MethodOutline<SkinR1Recipe> = {
  name: 'skin-r1',
  title: 'Skin-R1',
  workflow: 'skinR1',
  stages: Object.keys(skinR1Stages) as (keyof typeof skinR1Stages)[], // of a literal: its keys and no others
  parts: ['data', 'trajectories', 'sft', 'grpo', 'evaluation', 'report'],
  // All but RL without SFT, which is exported where it is all that the recipe trains.
  trained: (recipe) => {
    const done = skinR1Outline.stages.filter((own) => own !== 'rl-only' && stages[own].ends(recipe).length > 0);
    return done.length > 0 ? done : ['rl-only'];
  },
};
