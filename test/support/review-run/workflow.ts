import type { ArtifactRef } from '../../../domain/artifact.ts';
import type { CertifiedResult } from '../../../domain/contracts/narratives.ts';
import type { MethodOutline } from '../../../domain/methods/method.ts';
import { type ReviewRecipe, reviewed } from '../../../workflows/parts/review.ts';
import { runMethod } from '../../../workflows/run-method.ts';

export interface ReviewOnlyInput {
  recipe: ReviewRecipe & { name: string };
  narratives: ArtifactRef;
}

const method = { name: 'review-only', parts: ['review'], stages: [] } as unknown as MethodOutline<
  ReviewOnlyInput['recipe']
>; // a run asks no more of it

export const reviewOnly = (input: ReviewOnlyInput): Promise<CertifiedResult | null> =>
  runMethod<ReviewOnlyInput['recipe'], never>(
    method,
    input,
    () => input.recipe,
    (recipe, { progress }) =>
      progress.part('review', () => reviewed(recipe, input.narratives, progress)) as Promise<never>, // no run has this result
  );
