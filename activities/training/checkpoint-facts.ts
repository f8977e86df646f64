/** The facts that every checkpoint's manifest states, and its seal on a disk. */
import { z } from 'zod';
import { resumableJobs } from '../../domain/trainer.ts';
import { trainingEnvironmentSchema, trustSchema } from '../../domain/trust.ts';

export const checkpointFactsSchema = z.object({
  /** The trainer's job. Called a stage in manifests since the first version: their digests are parts of later keys. */
  stage: z.enum(resumableJobs),
  step: z.int(),
  /** The base model on the hub and the commit that was loaded, `owner/name@commit`; absent for a folder. */
  base: z.string().exactOptional(),
  /** As
 the trainer says: resuming from it in the same environment repeats the run. */
  exact: z.boolean(),
  environment: trainingEnvironmentSchema,
  /** Every resume on the way to this step and how far it was to be trusted. */
  resumes: z.array(trustSchema.extend({ step: z.int() })),
  /** The worst of them: how far this checkpoint is that of an undisturbed run. */
  trust: trustSchema,
  values: z.record(z.string(), z.number().nullable()),
});
export type CheckpointFacts = z.infer<typeof checkpointFactsSchema>;
