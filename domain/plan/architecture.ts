/** The shape of a Qwen2.5-VL, and what follows from it: parameters of the model and of its LoRA adapter. */
import { z } from 'zod';
import { type LoraSettings, type ModelPart, releasedParts } from '../lora.ts';

export interface Architecture {
  vocabulary: number;
  hidden: number;
  intermediate: number;
  layers: number;
  heads: number;
  keyValueHeads: number;
  /** Whether the output layer is the embedding itself. */
  tied: boolean;
  vision: { hidden: number; intermediate: number; depth: number; patch: number; temporalPatch: number; merge: number };
}

/** `model_type` of the one architecture that sizes are known of and that has an ONNX export. */
export const exportedModelType = 'qwen2_5_vl';

/** The paper's base model on the hub. */
const paperBase = 'Qwen/Qwen2.5-VL-7B-Instruct';

/** Values of `config.json` of Qwen/Qwen2.5-VL-7B-Instruct (huggingface.co, revision of 2025-04). */
export const qwen25Vl7b: Architecture = {
  vocabulary: 152_064,
  hidden: 3_584,
  intermediate: 18_944,
  layers: 28,
  heads: 28,
  keyValueHeads: 4,
  tied: false,
  vision: { hidden: 1_280, intermediate: 3_420, depth: 32, patch: 14, temporalPatch: 2, merge: 2 },
};

/** Models of the hub whose sizes are known without their files: Vision-R1-7B is Qwen2.5-VL-7B, trained further. */
export const hubArchitectures: Readonly<Record<string, Architecture>> = {
  [paperBase]: qwen25Vl7b,
  'Osilly/Vision-R1-7B': qwen25Vl7b,
};

const size = z.int().positive();
const textSchema = z.object({
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  num_key_value_heads: size,
});
const configSchema = z.object({
  tie_word_embeddings: z.boolean().default(false),
  vision_config: z.object({
    hidden_size: size,
    intermediate_size: size,
    depth: size,
    patch_size: size,
    temporal_patch_size: size,
    spatial_merge_size: size,
  }),
});

/** Reads `config.json`; files of older versions keep the text model's values at the top. Throws a `ZodError`. */
export function parseArchitecture(config: unknown): Architecture {
  const { vision_config: vision, tie_word_embeddings: tied } = configSchema.parse(config);
  const nested = z.object({ text_config: z.unknown().optional() }).parse(config).text_config;
  const text = textSchema.parse(nested ?? config);
  return {
    vocabulary: text.vocab_size,
    hidden: text.hidden_size,
    intermediate: text.intermediate_size,
    layers: text.num_hidden_layers,
    heads: text.num_attention_heads,
    keyValueHeads: text.num_key_value_heads,
    tied,
    vision: {
      hidden: vision.hidden_size,
      intermediate: vision.intermediate_size,
      depth: vision.depth,
      patch: vision.patch_size,
      temporalPatch: vision.temporal_patch_size,
      merge: vision.spatial_merge_size,
    },
  };
}

/** The same; null for a model of another type, whose sizes are not known here. */
export function findArchitecture(config: unknown): Architecture | null {
  const { model_type } = z.looseObject({ model_type: z.string().optional() }).parse(config);
  return model_type === undefined || model_type === exportedModelType ? parseArchitecture(config) : null;
}

/** Width of all keys, or all values, of a token in one layer. */
export const keyValueWidth = ({ hidden, heads, keyValueHeads }: Architecture): number =>
  (hidden / heads) * keyValueHeads;

const merged = ({ vision }: Architecture): number => vision.hidden * vision.merge ** 2;

/** Linear layers [in, out] that LoRA is put on: all of a text layer and of the vision-to-text merger. */
const textLinears = (a: Architecture): [number, number][] => [
  [a.hidden, a.hidden],
  [a.hidden, keyValueWidth(a)],
  [a.hidden, keyValueWidth(a)],
  [a.hidden, a.hidden],
  [a.hidden, a.intermediate],
  [a.hidden, a.intermediate],
  [a.intermediate, a.hidden],
];
const mergerLinears = (a: Architecture): [number, number][] => [
  [merged(a), merged(a)],
  [merged(a), a.hidden],
];

const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);

/** Linear layers of a block of the vision tower, by the end of their names. */
const visionLinears = ({ vision: { hidden, intermediate } }: Architecture): Record<string, [number, number]> => ({
  'attn.qkv': [hidden, 3 * hidden],
  'attn.proj': [hidden, hidden],
  'mlp.gate_proj': [hidden, intermediate],
  'mlp.up_proj': [hidden, intermediate],
  'mlp.down_proj': [intermediate, hidden],
});
const textNames = [
  ...['q_proj', 'k_proj', 'v_proj', 'o_proj'].map((name) => `self_attn.${name}`),
  ...['gate_proj', 'up_proj', 'down_proj'].map((name) => `mlp.${name}`),
];

interface Linear {
  name: string;
  part: ModelPart;
  size: [number, number];
}

/** Every linear layer that may get an adapter, by PEFT's name of it. */
const linearsOf = (a: Architecture): Linear[] => [
  ...Array.from({ length: a.layers }, (_, layer) =>
    textLinears(a).map((size, i) => ({
      ...{ name: `model.language_model.layers.${layer}.${textNames[i]}`, part: 'language' as const, size },
    })),
  ).flat(),
  ...mergerLinears(a).map((size, i) => ({
    ...{ name: `model.visual.merger.mlp.${2 * i}`, part: 'merger' as const, size },
  })),
  ...Array.from({ length: a.vision.depth }, (_, block) =>
    Object.entries(visionLinears(a)).map(([end, size]) => ({
      ...{ name: `model.visual.blocks.${block}.${end}`, part: 'vision' as const, size },
    })),
  ).flat(),
];

/** An adapter has rank · (in + out) parameters per linear layer that it is put on. */
export function loraParameters(a: Architecture, { rank, targets = [...releasedParts] }: AdapterSize): number {
  const isTaken = ({ name, part }: Linear): boolean =>
    typeof targets === 'string' ? new RegExp(`^(?:${targets})$`).test(name) : targets.includes(part);
  return rank * sum(linearsOf(a).map((linear) => (isTaken(linear) ? sum(linear.size) : 0)));
}
type AdapterSize = Pick<LoraSettings, 'rank' | 'targets'>;

/** Parameters of each part; embeddings and output layer are the language model's. */
export function partParameters(a: Architecture): Record<ModelPart, number> {
  const merger = sum(mergerLinears(a).map(([from, to]) => from * to)) + merged(a) + a.hidden + a.vision.hidden;
  const language = totalParameters(a, { visual: false });
  return { language, merger, vision: totalParameters(a) - language - merger };
}

export function totalParameters(a: Architecture, { visual = true } = {}): number {
  const { vision } = a;
  const weights = (linears: [number, number][]): number => sum(linears.map(([from, to]) => from * to));
  const attentionBiases = a.hidden + 2 * keyValueWidth(a);
  const layer = weights(textLinears(a)) + attentionBiases + 2 * a.hidden;
  const text = a.vocabulary * a.hidden * (a.tied ? 1 : 2) + a.layers * layer + a.hidden;
  if (!visual) return text;
  const block =
    4 * vision.hidden ** 2 + 4 * vision.hidden + 3 * vision.hidden * vision.intermediate + 2 * vision.intermediate;
  const norms = 3 * vision.hidden;
  const patches = 3 * vision.temporalPatch * vision.patch ** 2 * vision.hidden;
  const merger = weights(mergerLinears(a)) + merged(a) + a.hidden + vision.hidden;
  return text + patches + vision.depth * (block + norms) + merger;
}
