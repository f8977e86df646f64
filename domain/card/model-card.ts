/** The README.md of an exported adapter, in the form of a Hugging Face model card. */
import type { TaskScore } from '../contracts/evaluation.ts';
import { findModel, type ModelUnderTest, onGrey } from '../evaluation/model-under-test.ts';
import { isGenerated, type ModelCardSource } from '../methods/card-source.ts';
import { exportedModel, exportedWeights, methodOf, methods } from '../methods/index.ts';
import { publicBase } from '../models/public-base.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { groupUnits, percent, percentRange, points, taskTitles } from '../report/words.ts';
import { modeWords } from '../report/words-distractors.ts';
import { choiceWords, type MilestoneChoice } from '../rewards/milestones.ts';
import { stages, type TrainedWeights } from '../stages/index.ts';
import { grouped } from '../words.ts';
import { benchmarksOf } from './benchmarks.ts';
import type { Exported } from './exported.ts';
import { frontMatter, licenceNote } from './metadata.ts';
import { loadingOf, nounOf, procedureOf, whatItIs } from './weights.ts';

/**
 * Markdown with YAML front matter.
 *
 *  known the methods that there are
 */
export function modelCard(source: ModelCardSource, known = methods): string {
  const { recipe, step, evaluations = [] } = source;
  const method = methodOf(recipe, known);
  const model = exportedModel(recipe, step, known);
  const exported: Exported = {
    ...{ method, model, weights: exportedWeights(recipe, known), words: method.card(source) },
    trained: method.trained(recipe).map((stage) => stages[stage]),
    scores: findModel(evaluations, model)?.scores ?? [],
    grey: findModel(evaluations, onGrey(model))?.scores ?? [],
  };
  const sections: readonly (readonly [string, string])[] = [
    ['Intended use', intendedUse(source, exported)],
    ['Not for clinical use', notClinical(exported)],
    ['Training data', trainingData(source, exported)],
    ['Training procedure', procedure(source, exported)],
    ['Evaluation', evaluation(source, exported)],
    ['Limits', limits(recipe, exported)],
    ['How to load', loadingOf(exported.weights, source.model)],
    ['Licence', licenceNote(recipe).trimEnd()],
  ];
  const metadata = frontMatter(source, exported);
  const texts = [title(source, exported), introduction(source, exported)];
  return `${[metadata, ...texts, ...sections.map(([name, text]) => `## ${name}\n\n${text}`)].join('\n\n')}\n`;
}

function title({ recipe, step }: ModelCardSource, { method, trained, weights }: Exported): string {
  const last = trained.at(-1);
  return `# ${recipe.name}: ${method.title} ${nounOf(weights)}, ${last?.column}${last?.perStep ? ` step ${step}` : ''}`;
}

const introduction = ({ model }: ModelCardSource, { words, weights }: Exported): string =>
  [
    `${whatItIs(weights, model.base)} ${words.does ?? 'that reasons about a picture of a skin lesion and then answers a multiple-choice question'}.`,
    words.made,
    ...(publicBase(model.base).hub ? [] : [`Digest of the base model's files: \`${model.sha256}\`.`]),
  ].join('\n');

const intendedUse = ({ recipe }: ModelCardSource, { words }: Exported): string =>
  `Research on reasoning, on reward design and on reproducible post-training of vision-language models. ${questionsOf(recipe)}; ${words.answers}`;

/** Differentials and ancestors are all offered, however many there are. */
function questionsOf({ evaluation }: Recipe): string {
  if (!('tasks' in evaluation)) return 'Questions ask for a diagnosis';
  const { tasks } = evaluation;
  const options = tasks.includes('ddx') || tasks.includes('hierarchical') ? '2 options or more' : '2 to 4 options';
  return `Questions name ${options}, one of them right`;
}

const notClinical = ({ words }: Exported): string =>
  `This model is a research artefact and no medical device. It must not be used to diagnose, to triage or to advise anyone, nor to support such a decision. ${words.reasoning}; it is no explanation of how the answer came about.`;

function trainingData({ recipe, data }: ModelCardSource, { words }: Exported): string {
  const { train, validation, test } = recipe.data.split;
  const by = recipe.data.groupBy === 'patient' ? 'no patient stands in two splits' : 'images are split one by one';
  const split = `Split ${train}:${validation}:${test} into training, validation and test (${by}); images of at most ${grouped(recipe.data.maxPixels)} pixels.`;
  const cases = data
    ? `\n\n| cases | count |\n| --- | --- |\n${Object.entries(data)
        .map(([name, count]) => `| ${name} | ${grouped(count)} |`)
        .join('\n')}`
    : '';
  return `${words.data}\n${split}${cases}${words.counts === null ? '' : `\n\n${words.counts}`}`;
}

function procedure({ recipe, model, step, chosen = [] }: ModelCardSource, exported: Exported): string {
  const { words, trained } = exported;
  const { seed } = recipe;
  // Those before the last one went to their ends.
  const columns = trained.map((stage, i) =>
    stage.settings(recipe, i === trained.length - 1 ? step : (stage.ends(recipe).at(-1) ?? 0)),
  );
  const row = (name: string, cells: readonly (string | number)[]): string => `| ${[name, ...cells].join(' | ')} |`;
  const rewards = words.rewards === null ? '' : ` ${words.rewards}`;
  return [
    `| | ${trained.map(({ column }) => column).join(' | ')} |`,
    `| --- |${' --- |'.repeat(trained.length)}`,
    row(
      'learning rate',
      columns.map(({ learningRate }) => learningRate),
    ),
    row(
      'batch',
      columns.map(({ batch }) => batch),
    ),
    row(
      'length',
      columns.map(({ length }) => length),
    ),
    row(
      'other',
      columns.map(({ other }) => other),
    ),
    '',
    `${procedureOf(exported.weights, model)}; ${words.lineage}${rewards}${chosenWords(chosen, exported.model, recipe)} Seed ${seed}.`,
    ...(words.origins === undefined ? [] : ['', words.origins]),
  ].join('\n');
}

/** Why this step, where a validation chose it; begins with a space. */
const chosenWords = (chosen: readonly MilestoneChoice[], { stage }: ModelUnderTest, { data }: Recipe): string => {
  const choice = chosen.find((one) => one.stage === stage);
  return choice ? ` ${choiceWords(choice, data.groupBy)}` : '';
};

function evaluation(source: ModelCardSource, { model, weights, scores, grey }: Exported): string {
  const { recipe, textOnly = [], benchmarks = [] } = source;
  if (benchmarks.length > 0) return benchmarksOf(recipe, benchmarks, model);
  if (scores.length === 0)
    return 'Not part of this export. The report of the run has accuracy with intervals for every model that it evaluated.';
  const greyOf = (task: TaskScore['task']): string => {
    const own = grey.find((score) => score.task === task);
    return own ? percent(own.accuracy) : '–';
  };
  const lines = scores.map(
    (s) =>
      `| ${taskTitles[s.task]} | ${grouped(s.items)} | ${percent(s.accuracy)} | ${percentRange(s)} | ${s.macroF1.toFixed(3)} | ${percent(s.unparsed)} | ${s.lenient ? percent(s.lenient.accuracy) : '–'} | ${greyOf(s.task)} |`,
  );
  const head =
    '| task | questions | accuracy | 95 % interval | macro-F1 | unreadable | lenient reading | grey images |\n| --- | --- | --- | --- | --- | --- | --- | --- |';
  return `Held-out questions, greedy decoding, strict reading of answers: what cannot be read counts as wrong. The lenient reading finds answers without the tags too; with grey images in place of the pictures an answer does not rest on them. Intervals by ${groupUnits}, wider where there are few.\n\n${head}\n${lines.join('\n')}${withoutImage(scores, textOnly, recipe, weights)}`;
}

/** The scores beside those of the options' labels alone, and how the options were drawn. */
function withoutImage(
  rows: readonly TaskScore[],
  textOnly: readonly TaskScore[],
  recipe: Recipe,
  weights: TrainedWeights,
): string {
  const lines = rows.flatMap((score) => {
    const rule = textOnly.find(({ task }) => task === score.task);
    if (!rule) return [];
    const verdict =
      score.accuracy <= rule.accuracy ? '**below it**' : `${points(score.accuracy - rule.accuracy)} points`;
    return [
      `| ${taskTitles[rule.task]} | ${percent(rule.accuracy)} | ${percentRange(rule)} | ${rule.macroF1.toFixed(3)} | ${verdict} |`,
    ];
  });
  if (lines.length === 0) return '';
  const head = `| task | text only | 95 % interval | macro-F1 | this ${nounOf(weights)} |\n| --- | --- | --- | --- | --- |`;
  const mode = 'questions' in recipe ? modeWords(recipe.questions.distractors) : null;
  return `\n\nWithout any image, by a rule that knows the options' labels alone, from the training questions:\n\n${head}\n${lines.join('\n')}${mode === null ? '' : `\n\n${mode}`}`;
}

const limits = (recipe: Recipe, { words }: Exported): string =>
  [
    ...(isGenerated(recipe) ? ['- Trained and tested on drawings: no statement about photographs follows.'] : []),
    `- ${words.limit ?? 'It chooses among offered options; it was not trained to say that none fits, or that it does not know.'}`,
    '- It knows only the diagnoses of its training data. Accuracy by skin tone, age, sex and device was not measured.',
    '- Its reasoning may be wrong where its answer is right, and the reverse.',
  ].join('\n');
