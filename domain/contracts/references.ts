/** What contracts pass instead of data: names of models and of trainer states. */
import { z } from 'zod';
import { artifactRefSchema, sha256Schema } from '../artifact.ts';

/** A base model: where gpu workers find it, and what its bytes are. */
export const modelRefSchema = z.strictObject({
  base: z.string(),
  sha256: sha256Schema,
  /** What training begins with in place of a fresh adapter; absent: nothing. */
  adapter: z.strictObject({ folder: z.string(), sha256: sha256Schema }).exactOptional(),
});
export type ModelRef = z.infer<typeof modelRefSchema>;

/** A full trainer state; `step` counts optimiser steps of its stage. */
const checkpointRefSchema = artifactRefSchema.extend({ step: z.int().nonnegative() });
export type CheckpointRef = z.infer<typeof checkpointRefSchema>;
