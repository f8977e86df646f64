/** What the model card of SkinGPT-R1's adapters says. */
import type { SkinGptR1Recipe } from '../recipe/methods/skingpt-r1.ts';
import { sourceNames } from '../recipe/recipe.ts';
import { isGenerated, type ModelCardSource } from './card-source.ts';
import type { MethodWords } from './method.ts';

export function skinGptR1Card({ recipe }: ModelCardSource<SkinGptR1Recipe>): MethodWords {
  const drawn =
    'Images drawn by a program, in the layout of HAM10000. **They show no patients and no skin**, and what is learned from them says nothing about real lesions.';
  return {
    made: 'Made by Dermflow after the method of SkinGPT-R1 (arXiv 2511.15242): two adapters beside a frozen base, trained on narratives.',
    data: isGenerated(recipe)
      ? drawn
      : `Images in the layouts of ${sourceNames(recipe.data)}, supplied by whoever ran the recipe. Licences and consent are those of the data sets.`,
    counts: null,
    lineage: 'the adapters begin with zero weights, with which the model answers as its base.',
    rewards: null,
    answers: 'the answer is a narrative that ends with a diagnosis.',
    reasoning: 'Its reasoning is text in the form of its training examples',
  };
}
