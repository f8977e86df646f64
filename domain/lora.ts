/** What of a base model is trained: the settings of an adapter, and the model's parts. */
import { z } from 'zod';

/** Parts of a vision-language model: language model, vision tower, and what joins them. */
const modelParts = ['language', 'merger', 'vision'] as const;
export const partsSchema = z
  .array(z.enum(modelParts))
  .min(1)
  .refine((parts) => new Set(parts).size === parts.length, 'a part stands twice; remove one');

function isPattern(text: string): boolean {
  try {
    return text !== '' && new RegExp(text).source !== '';
  } catch {
    return false;
  }
}

export const loraSchema = z.strictObject({
  rank: z.int().positive(),
  alpha: z.number().positive(),
  dropout: z.number().min(0).max(1),
  /**
   * Layers that get an adapter: all linear ones of these parts, or those whose whole name the regular expression matches.
   * Absent: language and merger, as released.
   */
  targets: z
    .union([partsSchema, z.string().refine(isPattern, 'expected parts, e.g. [language], or a regular expression')])
    .exactOptional(),
  /** Weights of the base in 4 bits while training (QLoRA); on NVIDIA GPUs alone. */
  quantise: z.enum(['nf4']).exactOptional(),
});
export type LoraSettings = z.infer<typeof loraSchema>;
export type ModelPart = (typeof modelParts)[number];

/** As released: every linear layer of the language model and of the vision-to-text merger. */
export const releasedParts: readonly ModelPart[] = ['language', 'merger'];
