/** Pictures without a diagnosis of the taxonomy that are still of use: ready-made questions, and concepts. */
import { z } from 'zod';
import { type Case, pictureShape } from './case.ts';

/** Asked as it is, word for word. */
const readyQuestionSchema = z.strictObject({
  text: z.string().min(1),
  /** In the order of the letters A, B, … */
  options: z.array(z.string()).min(2),
  /** Index of the right option. */
  answer: z.int().nonnegative(),
});
export type ReadyQuestion = z.infer<typeof readyQuestionSchema>;

export const readyCaseSchema = z.strictObject({ ...pictureShape, question: readyQuestionSchema });
export type ReadyCase = z.infer<typeof readyCaseSchema>;

/** Signs that an expert noted, without a diagnosis; for concept alignment (A20). */
export const conceptCaseSchema = z.strictObject({ ...pictureShape, concepts: z.record(z.string(), z.string()) });
export type ConceptCase = z.infer<typeof conceptCaseSchema>;

/** A case without what its diagnosis says; none where no signs were noted. */
export const asConceptCase = ({ concepts, ...rest }: Case): ConceptCase[] =>
  concepts ? [{ ...z.object(pictureShape).parse(rest), concepts }] : [];
