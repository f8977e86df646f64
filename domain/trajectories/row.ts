/** A row of the `trajectories` artifact: what SFT reads. */
import { z } from 'zod';
import { imageRefSchema } from '../cases/case.ts';

export const trajectoryRowSchema = z.strictObject({
  id: z.string(),
  type: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  image: imageRefSchema,
  prompt: z.string(),
  completion: z.string(),
  /** Diagnosis that the completion ends with, and the image shows. */
  diagnosis: z.string(),
});
export type TrajectoryRow = z.infer<typeof trajectoryRowSchema>;
