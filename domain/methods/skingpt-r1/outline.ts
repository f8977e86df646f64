import type { SkinGptR1Recipe } from '../../recipe/methods/skingpt-r1.ts';
import { stages } from '../../stages/index.ts';
import { skinGptR1Stages } from '../../stages/skingpt-r1.ts';
import type { MethodOutline } from '../method.ts';

export const skinGptR1Outline: MethodOutline<SkinGptR1Recipe> = {
  name: 'skingpt-r1',
  title: 'SkinGPT-R1',
  workflow: 'skinGptR1',
  stages: Object.keys(skinGptR1Stages) as (keyof typeof skinGptR1Stages)[], // of a literal: its keys and no others
  parts: ['data', 'narratives', 'review', 'dermeval', 'distillation', 'evaluation', 'report'],
  // Both start over from the base; the one without a teacher is exported where it is all that the recipe trains.
  trained: (recipe) => [stages.distillation.ends(recipe).length > 0 ? 'distillation' : 'dermcot'],
};
