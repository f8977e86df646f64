/**
 * SkinGPT-R1 (arXiv 2511.15242): narratives that an evaluator filters, certified cases, and two adapters beside a frozen
 * base that are taught by narratives and by another encoder's features.
 */
import type { SkinGptR1Recipe } from '../recipe/methods/skingpt-r1.ts';
import { type Stage, stages } from '../stages.ts';
import type { Method } from './method.ts';
import { skinGptR1Card } from './skingpt-r1-card.ts';

export const skinGptR1: Method<SkinGptR1Recipe> = {
  name: 'skingpt-r1',
  title: 'SkinGPT-R1',
  workflow: 'skinGptR1',
  parts: ['data', 'narratives', 'review', 'dermeval', 'distillation', 'evaluation', 'report'],
  trained: trainedBy,
  card: (source) => skinGptR1Card(source, trainedBy(source.recipe)),
};

/** Both begin anew from the base; the one without a teacher is exported where it is all that the recipe trains. */
function trainedBy(recipe: SkinGptR1Recipe): Stage[] {
  return stages.distillation.ends(recipe).length > 0 ? ['distillation'] : ['dermcot'];
}
