/** What the hub reads of a model card: base model, licence, tags, results. */
import { stringify } from 'yaml';
import type { BenchmarkResult } from '../contracts/benchmarks.ts';
import type { TaskScore } from '../contracts/evaluation.ts';
import type { ModelUnderTest } from '../evaluation/model-under-test.ts';
import { isGenerated, type ModelCardSource } from '../methods/card-source.ts';
import { publicBase } from '../models/public-base.ts';
import { type Recipe, sourceNames } from '../recipe/recipe.ts';
import { taskTitles } from '../report/words.ts';
import type { Exported } from './exported.ts';
import { recognisedBy } from './recognised.ts';
import { formOf } from './weights.ts';

/** Whether base model and data are Dermflow's own, and the adapter with them. */
const isOurs = (recipe: Recipe): boolean => isGenerated(recipe) && recipe.model.base === 'tiny';

/** Whose terms hold for the weights. */
export function licenceNote(recipe: Recipe): string {
  if (isOurs(recipe)) {
    return 'Apache-2.0, as Dermflow itself: https://www.apache.org/licenses/LICENSE-2.0\n';
  }
  const { name } = publicBase(recipe.model.base);
  const data = isGenerated(recipe)
    ? 'The images were drawn by Dermflow (Apache-2.0).'
    : `The data in the layouts of ${sourceNames(recipe.data)} have the licence and the consent under which they were supplied; many such sets allow no commercial use.`;
  return `These weights are derived from a base model and from data, and the terms of both hold.\n\nBase model: ${name}, under its own licence. ${data}\n`;
}

const domainTags = ['dermatology', 'medical', 'vision-language', 'reasoning'];

/** Adapters of a distillation are no model that a library of the hub loads; without a name it would take them for PEFT's. */
const libraries = { lora: 'peft', model: 'transformers', distilled: 'dermflow' } as const;

/** Beside the adapter. */
export const licenceFile = 'LICENSE.md';

/** YAML between two lines of dashes. Values are quoted where they need it, so none can break out of its line. */
export function frontMatter(
  { recipe, model, benchmarks = [] }: ModelCardSource,
  { trained, weights, scores, model: own }: Pick<Exported, 'trained' | 'weights' | 'scores' | 'model'>,
): string {
  const base = publicBase(model.base);
  const form = formOf(weights);
  const results = [...resultsOf(recipe, scores), ...recognised(recipe, benchmarks, own)];
  const metadata = {
    ...(base.hub ? { base_model: base.name, base_model_relation: form === 'model' ? 'finetune' : 'adapter' } : {}),
    library_name: libraries[form],
    pipeline_tag: 'image-text-to-text',
    language: ['en'],
    ...(isOurs(recipe)
      ? { license: 'apache-2.0' }
      : { license: 'other', license_name: 'base-model-and-data', license_link: licenceFile }),
    tags: [
      ...domainTags,
      ...(form === 'lora' ? ['lora'] : []),
      ...new Set(trained.map(({ job }) => job)),
      ...(form === 'distilled' ? [] : ['trl']),
      'dermflow',
    ],
    ...(results.length > 0 ? { 'model-index': [{ name: `${recipe.name}-${recipe.method}`, results }] } : {}),
  };
  return `---\n${stringify(metadata, { lineWidth: 0 })}---`;
}

/** Of the exported model on its sets; what a judge gave is no accuracy and stands in the card alone. */
const recognised = (recipe: Recipe, benchmarks: readonly BenchmarkResult[], own: ModelUnderTest): object[] =>
  recognisedBy(benchmarks, own).map(({ benchmark, strict }) => ({
    task: { type: 'visual-question-answering', name: 'Open diagnosis' },
    dataset: {
      type: isGenerated(recipe) ? 'dermflow-generated' : benchmark,
      name: isGenerated(recipe) ? 'Images drawn by Dermflow' : benchmark,
      split: 'test',
    },
    metrics: [{ type: 'accuracy', name: 'Accuracy', value: Number(strict.score.value.toFixed(4)) }],
  }));

/** The sets whose cases are split; a textbook's serve trajectories alone. */
const testedSets = ({ sources }: Recipe['data']): string =>
  sources.flatMap(({ adapter, use }) => (use === 'training' && adapter !== 'textbook' ? [adapter] : [])).join(', ');

function resultsOf(recipe: Recipe, scores: readonly TaskScore[]): object[] {
  const tested = testedSets(recipe.data);
  const type = isGenerated(recipe) ? 'dermflow-generated' : tested;
  const dataset = {
    type,
    name: isGenerated(recipe) ? 'Images drawn by Dermflow' : tested,
    split: 'test',
  };
  return scores.map((score) => ({
    task: { type: 'visual-question-answering', name: taskTitles[score.task] },
    dataset,
    metrics: [
      { type: 'accuracy', name: 'Accuracy', value: Number(score.accuracy.toFixed(4)) },
      { type: 'f1', name: 'Macro-F1', value: Number(score.macroF1.toFixed(4)) },
    ],
  }));
}
