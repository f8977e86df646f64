/** What the weights of a model card are: an adapter, or after full fine-tuning a model, and how they are loaded. */
import type { ModelRef } from '../contracts/references.ts';
import type { LoraSettings, ModelPart } from '../lora.ts';
import { publicBase } from '../models/public-base.ts';
import { loraOf, type TrainedWeights } from '../stages/stage-row.ts';

/** `distilled`: adapters that no library of the hub loads. */
export function formOf(weights: TrainedWeights): 'lora' | 'model' | 'distilled' {
  const lora = loraOf(weights);
  if (lora === undefined) return 'distilled';
  return lora === null ? 'model' : 'lora';
}

export const nounOf = (weights: TrainedWeights): 'adapter' | 'model' =>
  formOf(weights) === 'model' ? 'model' : 'adapter';

const partNames: Readonly<Record<ModelPart, string>> = {
  language: 'language model',
  merger: 'vision-to-text merger',
  vision: 'vision tower',
};
const partWords = (parts: readonly ModelPart[]): string => parts.map((part) => partNames[part]).join(', ');

/** The card's first words; goes on with "that reasons …". */
export function whatItIs(weights: TrainedWeights, base: string): string {
  const name = publicBase(base).name;
  if (!('lora' in weights)) return `Adapters of a dual distillation for \`${name}\``;
  const { lora, full = [] } = weights;
  return lora === null
    ? `A model that was made of \`${name}\` by training all weights of its ${partWords(full)},`
    : `A LoRA adapter (rank ${lora.rank}, alpha ${lora.alpha}) for \`${name}\``;
}

/** One sentence without its end. */
export function procedureOf(weights: TrainedWeights, model: ModelRef): string {
  if (!('lora' in weights)) return 'Two adapters beside a frozen base';
  const { lora, full = [] } = weights;
  if (lora === null) return `Full fine-tuning of the ${partWords(full)}, in fp32 weights`;
  const begun = model.adapter
    ? `, begun with the adapter \`${publicBase(model.adapter.folder).name}\` (digest \`${model.adapter.sha256}\`)`
    : '';
  return `LoRA rank ${lora.rank}, alpha ${lora.alpha}, dropout ${lora.dropout}${layersOf(lora)}${begun}`;
}

/** Where an adapter sits, if it is not where the released code puts it, and what the base was meanwhile. */
function layersOf({ targets, quantise }: LoraSettings): string {
  const bits = quantise ? ', on a base in 4 bits (NF4); the scores here are of the adapter on the base as it is' : '';
  if (targets === undefined) return bits;
  const where = typeof targets === 'string' ? `layers that match \`${targets}\`` : partWords(targets);
  return `, on the ${typeof targets === 'string' ? '' : 'linear layers of the '}${where}${bits}`;
}

export function loadingOf(weights: TrainedWeights, model: ModelRef): string {
  const { name, revision, hub } = publicBase(model.base);
  const form = formOf(weights);
  if (form === 'distilled') return loadingOfDistilled(model);
  if (form === 'model') {
    return `\`\`\`python
from transformers import AutoModelForImageTextToText, AutoProcessor

model = AutoModelForImageTextToText.from_pretrained("path/to/this-model")
processor = AutoProcessor.from_pretrained("path/to/this-model")
\`\`\``;
  }
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

/** They are no PEFT adapter. */
function loadingOfDistilled({ base }: ModelRef): string {
  const { name, revision, hub } = publicBase(base);
  const from = JSON.stringify(hub ? name : `path/to/${name}`);
  const options = revision === null ? '' : `, revision=${JSON.stringify(revision)}`;
  const note = hub ? '' : 'The base model is not on the hub; its bytes must have the digest above.\n\n';
  return `${note}These are no PEFT adapters: \`load_adapters.py\` beside the weights loads them into plain Transformers, without Dermflow and without the teacher (\`branch.py\` beside it serves adapters with the side branch).

\`\`\`python
import sys

from transformers import AutoProcessor

sys.path.insert(0, "path/to/this-adapter")
from load_adapters import load

model = load(${from}, "path/to/this-adapter"${options})
processor = AutoProcessor.from_pretrained(${from}${options}, padding_side="left")
\`\`\`

Each prompt has one picture. Further arguments of \`load\` go to \`from_pretrained\`, e.g. \`dtype\` or \`device_map\`.`;
}
