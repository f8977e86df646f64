/** Which base model is trained, and how it computes. */
import { z } from 'zod';

export const modelSchema = z.strictObject({
  /** `tiny` (shipped with Dermflow), a folder on the gpu workers, or a hub id. */
  base: z.string().min(1),
  precision: z.enum(['fp32', 'bf16']),
  threads: z.int().positive(),
  /** A LoRA adapter of this base that training begins with: a PEFT folder on the gpu workers. Absent: a fresh one. */
  adapter: z.string().min(1).exactOptional(),
});
