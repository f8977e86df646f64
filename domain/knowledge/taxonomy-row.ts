/** A row of `taxonomy/*.yaml`. */
import { z } from 'zod';
import { malignancies } from './malignancy.ts';

export const taxonomySchema = z.array(
  z
    .strictObject({
      name: z.string().min(1),
      parent: z.string().optional(),
      /** Roots are declared, so that a forgotten parent is noticed. */
      root: z.literal(true).optional(),
      /** Holds for the descendants too, unless they state their own; `unknown` where the name does not decide it. */
      malignancy: z.enum([...malignancies, 'unknown']).optional(),
      synonyms: z.array(z.string().min(1)).default([]),
      /** Nodes outside the path that the name is a kind of as well; the path of Eq. 7 stays that of the parent. */
      within: z.array(z.string()).default([]),
      /** Nodes outside the path that may be true of the same lesion; how this is inherited, `NameRelations` says. */
      overlaps: z.array(z.string()).default([]),
      /** Nodes that are never true of the same lesion although the rules above would let them be. */
      excludes: z.array(z.string()).default([]),
      /** The children are classed on several axes (site, depth, architecture), so two of them may be true at once. */
      childrenOverlap: z.boolean().default(false),
      /** Labels that name no disease ("benign lesion"); holds for the descendants. */
      catchAll: z.boolean().default(false),
      doid: z
        .string()
        .regex(/^DOID:\d+$/)
        .optional(),
      icd10: z
        .string()
        .regex(/^[A-Z]\d\d(?:\.\d)?$/)
        .optional(),
    })
    .refine((row) => (row.root === true) !== (row.parent !== undefined), 'needs either a parent or root: true'),
);
export type TaxonomyRow = z.infer<typeof taxonomySchema>[number];
