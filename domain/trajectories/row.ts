/** Rows of a `trajectories` artifact: what SFT reads. */
import { z } from 'zod';
import { imageRefSchema } from '../cases/case.ts';

/** All that SFT itself needs; a row may say more. */
export const sftRowSchema = z.object({
  id: z.string(),
  image: imageRefSchema,
  prompt: z.string(),
  completion: z.string(),
  /** Of the skin, as domain/trainer.ts has it; absent where it is not known. */
  skinTone: z.int().min(0).max(2).exactOptional(),
});
export type SftRow = z.infer<typeof sftRowSchema>;

export const trajectoryRowSchema = z.strictObject({
  ...sftRowSchema.shape,
  type: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  /** Diagnosis that the completion ends with, and the image shows. */
  diagnosis: z.string(),
});
export type TrajectoryRow = z.infer<typeof trajectoryRowSchema>;
