/** What the review page and its server say to each other. */
import { z } from 'zod';
import type { ReviewState } from '../contracts/narratives.ts';
import { scoresSchema } from '../dermeval/dimensions.ts';
import type { Task } from './next.ts';
import type { Review } from './review.ts';

/** What a page sends: a review without what the server knows itself. */
export const givenReviewSchema = z.strictObject({
  id: z.string(),
  reviewer: z.string(),
  turn: z.int().positive(),
  verdict: z.enum(['scored', 'skipped', 'settled']),
  scores: scoresSchema,
  text: z.string().nullable(),
  note: z.string().nullable(),
});
export type GivenReview = z.infer<typeof givenReviewSchema>;

/** A case as a page shows it. Nobody sees what others said before having judged it, but where it is to be settled. */
export interface ShownCase {
  id: string;
  task: Task;
  /** The reviewer's next turn with this case. */
  turn: number;
  picture: string;
  text: string;
  diagnosis: string;
  source: string;
  /** What this reviewer said of it last. */
  own: Review | null;
  /** What everybody said, where they disagree. */
  opinions: Review[];
  apart: string[];
}

export interface PageState extends ReviewState {
  /** How many cases this reviewer has judged, and may judge still. */
  own: { judged: number; left: number };
  /** Why nobody can review under this name; null where one can. */
  refused: string | null;
  /** Why nothing is asked any more; null while people are waited for. */
  closed: string | null;
}

export type Saved = { saved: true } | { conflict: Review } | { closed: string } | { wrong: string };
