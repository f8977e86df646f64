/** What the model card of SkinGPT-R1's adapters says. */
import { type DistilSettings, distilSchema } from '../../recipe/distillation.ts';
import type { SkinGptR1Recipe } from '../../recipe/methods/skingpt-r1.ts';
import { sourceNames } from '../../recipe/recipe.ts';
import { type Stage, stages } from '../../stages/index.ts';
import { grouped } from '../../words.ts';
import { isGenerated, type ModelCardSource } from '../card-source.ts';
import type { MethodWords } from '../method.ts';

export function skinGptR1Card(
  { recipe, narratives }: ModelCardSource<SkinGptR1Recipe>,
  trained: readonly Stage[],
): MethodWords {
  const isTaught = trained.includes('distillation') && recipe.distillation.adapters.weights.distil > 0;
  return {
    made: `Made by Dermflow after the method of SkinGPT-R1 (arXiv 2511.15242 v1): two adapters beside a frozen base, trained on narratives${isTaught ? ` and taught by the features of another image encoder (${teacherWords(recipe)}), which is not needed to answer` : ', without the teacher that the method has'}.`,
    data: `${isGenerated(recipe) ? 'Images drawn by a program, in the layout of HAM10000. **They show no patients and no skin**, and what is learned from them says nothing about real lesions.' : `Images in the layouts of ${sourceNames(recipe.data)}, supplied by whoever ran the recipe. Licences and consent are those of the data sets.`} ${scorerWords(recipe, narratives?.people)}`,
    counts: narratives
      ? `${grouped(narratives.written)} narratives were written, ${grouped(narratives.rejected)} replies rejected; ${grouped(narratives.train)} are trained on (${grouped(narratives.certified)} of them certified), ${grouped(narratives.validation)} held out.`
      : null,
    lineage: 'the language adapter begins with zero weights, with which the model answers as its base.',
    rewards: null,
    answers: 'the answer is a narrative that ends with a diagnosis.',
    reasoning: 'Its reasoning is text in the form of its training examples',
    does: 'with which it describes a picture of a skin lesion, reasons about it and names a diagnosis',
    origins: `${originWords(recipe.distillation, trained)} A summary of the paper names "multi-task supervision"; what it is, is not known, and nothing here stands for it beside the two losses above.`,
    limit:
      'It answers in its own words: a diagnosis that the question does not offer may be right under a name that is not known to the scoring.',
  };
}

function teacherWords({ teacher }: SkinGptR1Recipe): string {
  if (teacher === null) return 'none';
  const name =
    teacher.encoder === 'shipped'
      ? 'the vision tower of the tiny model'
      : typeof teacher.encoder === 'string'
        ? (teacher.encoder.split('/').at(-1) ?? teacher.encoder)
        : teacher.encoder.name;
  return `${name}, ${teacher.form === 'patches' ? 'patch by patch' : 'one row per picture'}`;
}

const scorers = {
  judge: 'a judge by the six dimensions',
  dermeval: 'an evaluator that the run trained',
  drawn: 'what is known of the drawings',
} as const;

/**
 * Whose scores chose the narratives, and who certified cases: how many people, and never their names, because a card is
 * published. The names are in the report, which whoever ran the recipe may keep.
 */
function scorerWords({ narratives, certified }: SkinGptR1Recipe, people?: number): string {
  const chosen = `Narratives were chosen by the scores of ${scorers[narratives.scoredBy]}.`;
  if (certified.cases === 0) return `${chosen} Nobody certified any.`;
  return certified.by === 'people'
    ? `${chosen} Certified ones were scored by ${peopleWords(people)}, at least ${certified.reviewers} for each case, on Dermflow's review page or elsewhere. Dermflow asks reviewers for a name and not for a profession: whether they are dermatologists is for whoever ran the recipe to say here.`
    : `${chosen} **Certified ones were scored by ${certified.reviewers === 1 ? 'a program (`script`)' : `${certified.reviewers} programs (\`script\`)`} instead of people**; no physician has seen them.`;
}

const peopleWords = (people?: number): string =>
  people === undefined ? 'people' : people === 1 ? '1 person' : `${grouped(people)} people`;

const names = {
  epochs: 'epochs',
  batchSize: 'batch',
  learningRate: 'learning rate',
  warmupRatio: 'warm-up',
  width: 'width of the alignment head',
  rank: 'rank of the language adapter',
  biasScale: 'scale of its bias',
  reads: 'what the bias reads',
  sft: 'weight of the narratives',
  distil: 'weight of the distillation',
} as const;

function valuesOf(
  { adapters, ...own }: DistilSettings,
  trained: readonly Stage[],
): Record<keyof typeof names, unknown> {
  const { width, rank, biasScale, reads, weights } = adapters;
  const { batchSize, learningRate, warmupRatio } = own;
  const epochs = stages[trained.includes('distillation') ? 'distillation' : 'dermcot'].ends({
    distillation: { ...own, adapters },
  });
  return {
    ...{ epochs: epochs.length, batchSize, learningRate, warmupRatio, width, rank, biasScale, reads },
    ...{ sft: weights.sft, distil: trained.includes('distillation') ? weights.distil : 0 },
  };
}

/** Which values are those that the public code has published, and which are the recipe's own. */
function originWords(settings: DistilSettings, trained: readonly Stage[]): string {
  const published = valuesOf(distilSchema.parse({ saveEvery: 1 }), ['distillation']);
  const own = valuesOf(settings, trained);
  const keys = Object.keys(names) as (keyof typeof names)[]; // of a literal
  const listed = (same: boolean): string =>
    keys
      .filter((key) => (own[key] === published[key]) === same)
      .map((key) => `${names[key]} ${own[key]}`)
      .join(', ');
  const [theirs, ours] = [listed(true), listed(false)];
  return [
    'The first version of the paper states no value of these settings.',
    ...(theirs === '' ? [] : [`Of a later revision of the public code, not of the paper: ${theirs}.`]),
    ...(ours === '' ? [] : [`Of this recipe: ${ours}.`]),
    ...(settings.adapters.branch
      ? ['The side branch with experts is that of the later revision; the first version has none.']
      : []),
    'Weight decay and the bound of the gradient are as the code’s framework has them.',
  ].join(' ');
}
