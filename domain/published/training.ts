/**
 * How the paper trained the models of its tables, as far as its first version says (App. C): what a recipe has
 * otherwise keeps its models from being compared with those rows. What the paper leaves open counts for nothing.
 */
import type { RecipeParts } from '../recipe/parts.ts';
import { idSets } from './sets.ts';

/** What is read of a recipe; a method may lack parts of it. */
export type HowTrained = Partial<
  Pick<RecipeParts, 'model' | 'data' | 'lora' | 'trajectories' | 'sft' | 'grpo' | 'rewards'>
>;

/** A field, what the recipe has and what the paper has. */
type Setting = readonly [field: string, ours: unknown, papers: unknown];

const weightsOf = ({ lora, model }: HowTrained): Setting[] => [
  [
    'lora',
    lora ? `rank ${lora.rank}, alpha ${lora.alpha}, dropout ${lora.dropout}` : 'null',
    'rank 64, alpha 32, dropout 0.1',
  ],
  ['model.adapter', model?.adapter === undefined ? 'none' : 'given', 'none'],
];

const sftOf = ({ sft, trajectories }: HowTrained): Setting[] => [
  ['sft.epochs', sft?.epochs, 4],
  ['sft.batchSize', sft?.batchSize, 16],
  ['sft.learningRate', sft?.learningRate, 3e-5],
  ['trajectories.types', trajectories?.types.toSorted().join(', '), '1, 2, 3'],
];

const grpoOf = ({ grpo, rewards, data }: HowTrained): Setting[] => [
  ['grpo.generations', grpo?.generations, 4],
  ['grpo.temperature', grpo?.temperature, 1],
  ['grpo.learningRate', grpo?.learningRate, 1e-5],
  ['rewards.granularity', rewards?.granularity === 'flat' ? 'flat' : 'by level', 'by level'],
  ['rewards.format', rewards?.format, true],
  ['rewards.malignancy', rewards?.malignancy, true],
  ['rewards.plugin', rewards?.plugin ? rewards.plugin.name : 'none', 'none'],
  [
    'data.sources',
    trainedOn(data),
    idSets
      .map(({ source }) => source)
      .toSorted()
      .join(', '),
  ],
];

const trainedOn = (data: HowTrained['data']): string | undefined =>
  data?.sources
    .flatMap(({ adapter, use }) => (use === 'training' && adapter !== 'textbook' ? [adapter] : []))
    .toSorted()
    .join(', ');

const settingsOf: Readonly<Record<string, (recipe: HowTrained) => Setting[]>> = {
  SFT: (recipe) => [...weightsOf(recipe), ...sftOf(recipe)],
  'Skin-R1': (recipe) => [...weightsOf(recipe), ...sftOf(recipe), ...grpoOf(recipe)],
  'RL without SFT': (recipe) => [...weightsOf(recipe), ...grpoOf(recipe)],
};

/** What a recipe has otherwise than the models of a row were trained, each in a line. @param row without its steps */
export const trainedOtherwise = (row: string, recipe: HowTrained): string[] =>
  (settingsOf[row]?.(recipe) ?? []).flatMap(([field, ours, papers]) =>
    ours === papers ? [] : [`training: ${field} is ${ours}, the paper's ${papers}`],
  );
