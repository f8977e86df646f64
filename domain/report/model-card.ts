/** The README.md of an exported adapter, in the form of a Hugging Face model card. */
import type { DataResult, EvaluationResult, ModelRef, TrajectoriesResult } from '../contracts.ts';
import { type Recipe, sourceNames } from '../recipe.ts';
import { finalResult } from './models.ts';
import { grouped, percent, percentRange, taskTitles } from './words.ts';

export interface ModelCardSource {
  recipe: Recipe;
  model: ModelRef;
  /** GRPO step of the exported checkpoint. */
  step: number;
  run?: string | undefined;
  /** Absent where the adapter is exported before its evaluation is known. */
  evaluations?: readonly EvaluationResult[] | undefined;
  data?: DataResult['counts'] | undefined;
  trajectories?: TrajectoriesResult['counts'] | undefined;
}

/** Markdown with YAML front matter. */
export function modelCard(source: ModelCardSource): string {
  const { recipe, step } = source;
  const sections: readonly (readonly [string, string])[] = [
    ['Intended use', intendedUse],
    ['Not for clinical use', notClinical],
    ['Training data', trainingData(source)],
    ['Training procedure', procedure(source)],
    ['Evaluation', evaluation(source)],
    ['Limits', limits(recipe)],
    ['How to load', loading(source)],
  ];
  const title = `# ${recipe.name}: Skin-R1 adapter, GRPO step ${step}`;
  return `${[frontMatter(source), title, introduction(source), ...sections.map(([name, text]) => `## ${name}\n\n${text}`)].join('\n\n')}\n`;
}

/** The hub knows a base model by its id; a local folder or the shipped model has none. */
const hubId = (base: string): string | null => (/^[\w.-]+\/[\w.-]+$/.test(base) && !base.startsWith('.') ? base : null);
const isGenerated = (recipe: Recipe): boolean => recipe.data.generate !== undefined;
const dataName = (recipe: Recipe): string => (isGenerated(recipe) ? 'dermflow-generated' : sourceNames(recipe.data));

/** JSON strings are YAML strings, so a value cannot break out of its line. */
function frontMatter({ recipe, model }: ModelCardSource): string {
  const id = hubId(model.base);
  const tags = ['dermatology', 'medical', 'vision-language', 'reasoning', 'lora', 'sft', 'grpo', 'dermflow'];
  return [
    '---',
    ...(id === null ? [] : [`base_model: ${JSON.stringify(id)}`]),
    'library_name: peft',
    'pipeline_tag: image-text-to-text',
    'license: other',
    `license_name: ${JSON.stringify("as the base model's and the data's")}`,
    `datasets:\n  - ${JSON.stringify(dataName(recipe))}`,
    `tags:\n${tags.map((tag) => `  - ${tag}`).join('\n')}`,
    '---',
  ].join('\n');
}

const introduction = ({ recipe, model, run }: ModelCardSource): string =>
  [
    `A LoRA adapter (rank ${recipe.lora.rank}, alpha ${recipe.lora.alpha}) for \`${model.base}\` that reasons about a picture of a skin lesion and then answers a multiple-choice question.`,
    'Made by Dermflow after the method of Skin-R1 (arXiv 2511.14900): supervised fine-tuning on diagnostic trajectories, then reinforcement learning with verifiable rewards.',
    `Base model's digest: \`${model.sha256}\`.${run === undefined ? '' : ` Run: \`${run}\`.`}`,
  ].join('\n');

const intendedUse =
  'Research on reasoning, on reward design and on reproducible post-training of vision-language models. Questions name 2 to 4 options, one of them right; the answer is a `<thinking>` block and a `<final diagnosis>` block.';

const notClinical =
  'This model is a research artefact and no medical device. It must not be used to diagnose, to triage or to advise anyone, nor to support such a decision. Its reasoning is text that earned a reward; it is no explanation of how the answer came about.';

function trainingData({ recipe, data, trajectories }: ModelCardSource): string {
  const kind = isGenerated(recipe)
    ? 'Images drawn by a program, in the layout of HAM10000. **They show no patients and no skin**, and what is learned from them says nothing about real lesions.'
    : `Images in the layouts of ${sourceNames(recipe.data)}, supplied by whoever ran the recipe, with textbook cases for the trajectories. Licences and consent are those of the data sets.`;
  const { train, validation, test } = recipe.data.split;
  const by = recipe.data.groupBy === 'patient' ? 'no patient stands in two splits' : 'images are split one by one';
  const split = `Split ${train}:${validation}:${test} into training, validation and test (${by}); images of at most ${grouped(recipe.data.maxPixels)} pixels.`;
  const counts = data
    ? `\n\n| cases | count |\n| --- | --- |\n${Object.entries(data)
        .map(([name, count]) => `| ${name} | ${grouped(count)} |`)
        .join('\n')}`
    : '';
  const rows = trajectories
    ? `\n\n${grouped(trajectories.train)} trajectories for SFT, ${grouped(trajectories.validation)} held out; ${grouped(trajectories.llmCalls)} calls to the LLM that wrote the differential reasoning, ${grouped(trajectories.rejected)} replies rejected.`
    : '';
  return `${kind}\n${split}${counts}${rows}`;
}

function procedure({ recipe, step }: ModelCardSource): string {
  const { sft, grpo, rewards, lora, seed, trajectories } = recipe;
  const parts = [
    'granularity 0.75',
    ...(rewards.format ? ['format 1'] : []),
    ...(rewards.malignancy ? ['malignancy 0.25'] : []),
  ];
  return [
    '| | SFT | GRPO |',
    '| --- | --- | --- |',
    `| learning rate | ${sft.learningRate} | ${grpo.learningRate} |`,
    `| batch | ${sft.batchSize} trajectories | ${grpo.promptsPerStep} prompts × ${grpo.generations} completions |`,
    `| length | ${sft.epochs} epochs | ${step} of ${grpo.steps} steps |`,
    `| other | trajectory types ${trajectories.types.join(', ')} | temperature ${grpo.temperature}, β ${grpo.beta}, ε ${grpo.epsilon} |`,
    '',
    `LoRA rank ${lora.rank}, alpha ${lora.alpha}, dropout ${lora.dropout}; the SFT adapter is continued in GRPO and is the reference of its KL term. Rewards, at most: ${parts.join(', ')}. Seed ${seed}.`,
  ].join('\n');
}

function evaluation({ evaluations = [], step }: ModelCardSource): string {
  const rows = finalResult(evaluations, step)?.scores ?? [];
  if (rows.length === 0)
    return 'Not part of this export. The report of the run has accuracy with intervals for every milestone.';
  const lines = rows.map(
    (s) =>
      `| ${taskTitles[s.task]} | ${grouped(s.items)} | ${percent(s.accuracy)} | ${percentRange(s)} | ${s.macroF1.toFixed(3)} | ${percent(s.unparsed)} |`,
  );
  const head =
    '| task | questions | accuracy | 95 % interval | macro-F1 | unreadable |\n| --- | --- | --- | --- | --- | --- |';
  return `Held-out questions, greedy decoding, strict reading of answers: what cannot be read counts as wrong. Intervals by resampling patients.\n\n${head}\n${lines.join('\n')}`;
}

const limits = (recipe: Recipe): string =>
  [
    ...(isGenerated(recipe) ? ['- Trained and tested on drawings: no statement about photographs follows.'] : []),
    '- It chooses among offered options; it was not trained to say that none fits, or that it does not know.',
    '- It knows only the diagnoses of its training data. Accuracy by skin tone, age, sex and device was not measured.',
    '- Its reasoning may be wrong where its answer is right, and the reverse.',
  ].join('\n');

function loading({ model }: ModelCardSource): string {
  const id = hubId(model.base);
  const base = id ?? 'path/to/base-model';
  const note = id === null ? 'The base model is not on a hub; its bytes must have the digest above.\n\n' : '';
  return `${note}\`\`\`python
from peft import PeftModel
from transformers import AutoModelForImageTextToText, AutoProcessor

base = AutoModelForImageTextToText.from_pretrained(${JSON.stringify(base)})
model = PeftModel.from_pretrained(base, "path/to/this-adapter")
processor = AutoProcessor.from_pretrained(${JSON.stringify(base)})
\`\`\`

Leave the adapter unmerged: that is how it was evaluated.`;
}
