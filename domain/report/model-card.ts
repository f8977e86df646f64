/** The README.md of an exported adapter, in the form of a Hugging Face model card. */
import type { AdapterInput, TaskScore } from '../contracts.ts';
import { type Recipe, sourceNames } from '../recipe.ts';
import { frontMatter, isGenerated, licenceNote, publicBase } from './card-metadata.ts';
import { finalResult } from './models.ts';
import { grouped, percent, percentRange, points, taskTitles } from './words.ts';
import { modeWords } from './words-text-only.ts';

export type ModelCardSource = Omit<AdapterInput, 'checkpoint'> & {
  /** GRPO step of the exported checkpoint. */
  step: number;
};

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
    ['Licence', licenceNote(recipe).trimEnd()],
  ];
  const title = `# ${recipe.name}: Skin-R1 adapter, GRPO step ${step}`;
  return `${[frontMatter(source), title, introduction(source), ...sections.map(([name, text]) => `## ${name}\n\n${text}`)].join('\n\n')}\n`;
}

const introduction = ({ recipe, model }: ModelCardSource): string =>
  [
    `A LoRA adapter (rank ${recipe.lora.rank}, alpha ${recipe.lora.alpha}) for \`${publicBase(model.base).name}\` that reasons about a picture of a skin lesion and then answers a multiple-choice question.`,
    'Made by Dermflow after the method of Skin-R1 (arXiv 2511.14900): supervised fine-tuning on diagnostic trajectories, then reinforcement learning with verifiable rewards.',
    ...(publicBase(model.base).hub ? [] : [`Digest of the base model's files: \`${model.sha256}\`.`]),
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
    `| other | trajectory types ${trajectories.types.join(', ')} | temperature ${grpo.temperature}, β ${grpo.beta}, ε ${grpo.epsilon}, KL gradient ${grpo.klGradient} |`,
    '',
    `LoRA rank ${lora.rank}, alpha ${lora.alpha}, dropout ${lora.dropout}; ${lineageOf(recipe)} Rewards, at most: ${parts.join(', ')}. Seed ${seed}.`,
  ].join('\n');
}

/** Which stages made the adapter; ablations leave some out. */
function lineageOf({ sft, grpo }: Recipe): string {
  if (sft.epochs === 0)
    return 'GRPO began with the base model, without SFT, which is also the reference of its KL term.';
  const { conceptAlignment: first } = sft;
  const concepts = first ? `SFT began with ${first.epochs} epoch(s) on pictures with explained concepts; ` : '';
  if (grpo.milestones.length === 0) return `${concepts}the adapter is that of SFT, without GRPO.`;
  return `${concepts}the SFT adapter is continued in GRPO and is the reference of its KL term.`;
}

function evaluation({ recipe, evaluations = [], textOnly = [], step }: ModelCardSource): string {
  const rows = finalResult(evaluations, step)?.scores ?? [];
  if (rows.length === 0)
    return 'Not part of this export. The report of the run has accuracy with intervals for every milestone.';
  const lines = rows.map(
    (s) =>
      `| ${taskTitles[s.task]} | ${grouped(s.items)} | ${percent(s.accuracy)} | ${percentRange(s)} | ${s.macroF1.toFixed(3)} | ${percent(s.unparsed)} |`,
  );
  const head =
    '| task | questions | accuracy | 95 % interval | macro-F1 | unreadable |\n| --- | --- | --- | --- | --- | --- |';
  return `Held-out questions, greedy decoding, strict reading of answers: what cannot be read counts as wrong. Intervals by resampling patients.\n\n${head}\n${lines.join('\n')}${withoutImage(rows, textOnly, recipe)}`;
}

/** The scores beside those of the options' labels alone, and how the options were drawn. */
function withoutImage(rows: readonly TaskScore[], textOnly: readonly TaskScore[], { questions }: Recipe): string {
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
  const head = '| task | text only | 95 % interval | macro-F1 | this adapter |\n| --- | --- | --- | --- | --- |';
  const mode = modeWords(questions.distractors);
  return `\n\nWithout any image, by a rule that knows the options' labels alone, from the training questions:\n\n${head}\n${lines.join('\n')}${mode === null ? '' : `\n\n${mode}`}`;
}

const limits = (recipe: Recipe): string =>
  [
    ...(isGenerated(recipe) ? ['- Trained and tested on drawings: no statement about photographs follows.'] : []),
    '- It chooses among offered options; it was not trained to say that none fits, or that it does not know.',
    '- It knows only the diagnoses of its training data. Accuracy by skin tone, age, sex and device was not measured.',
    '- Its reasoning may be wrong where its answer is right, and the reverse.',
  ].join('\n');

function loading({ model }: ModelCardSource): string {
  const { name, revision, hub } = publicBase(model.base);
  const note = hub ? '' : 'The base model is not on the hub; its bytes must have the digest above.\n\n';
  const base = JSON.stringify(hub ? name : `path/to/${name}`);
  const from = revision === null ? base : `${base}, revision=${JSON.stringify(revision)}`;
  return `${note}\`\`\`python
from peft import PeftModel
from transformers import AutoModelForImageTextToText, AutoProcessor

base = AutoModelForImageTextToText.from_pretrained(${from})
model = PeftModel.from_pretrained(base, "path/to/this-adapter")
processor = AutoProcessor.from_pretrained(${from})
\`\`\`

Leave the adapter unmerged: that is how it was evaluated.`;
}
