/** Which trajectories are made of the textbook, and what is taken of the language model that reasons in them. */
import { z } from 'zod';

export const trajectoriesSchema = z.strictObject({
  types: z.array(z.union([z.literal(1), z.literal(2), z.literal(3)])).min(1),
  /** The most trajectories of type 2, and of type 3; 1,000 in the released code. */
  maxPerType: z.int().positive(),
  /** Calls to the LLM that writes rho; trajectories beyond the cap reuse the reasoning for the same pair and findings. */
  maxLlmCalls: z.int().min(0),
  /** `findings`: JSON with values from a list, for small models. `free-text`: the paper's way. */
  rationaleForm: z.enum(['findings', 'free-text']),
  /** Share of malformed or refused outputs above which the stage fails. */
  maxRejectedShare: z.number().min(0).max(1),
  validationShare: z.number().min(0).max(0.5),
});
