/** What fields of `grpo.trl` mean for fields beside it. What they mean for one another TRL checks before the first step. */
import type { Json } from '../../artifact.ts';

/** The part of `grpo` that decides; a schema of it would be a circle. */
interface Beside {
  rollouts: string;
  milestones: readonly number[];
  rlOnlyMilestones: readonly number[];
  saveEvery: number;
  trl?: Readonly<Record<string, Json>> | undefined;
}

interface Problem {
  path: (string | number)[];
  message: string;
}

/** Optimiser steps on the completions of one generation; TRL's μ. */
export const iterationsOf = ({ trl }: Pick<Beside, 'trl'>): number =>
  typeof trl?.num_iterations === 'number' ? trl.num_iterations : 1;

export function trlProblems(grpo: Beside): Problem[] {
  const iterations = iterationsOf(grpo);
  const uneven = (path: (string | number)[], steps: number): Problem[] =>
    steps % iterations === 0
      ? []
      : [
          {
            path,
            message: `a checkpoint may not fall between the ${iterations} steps on one generation (trl.num_iterations); give a multiple of ${iterations}`,
          },
        ];
  const unused = Object.keys(grpo.trl ?? {}).filter(
    (name) => name.startsWith('vllm_') && grpo.rollouts === 'transformers',
  );
  return [
    ...uneven(['saveEvery'], grpo.saveEvery),
    ...grpo.milestones.flatMap((step, i) => uneven(['milestones', i], step)),
    ...grpo.rlOnlyMilestones.flatMap((step, i) => uneven(['rlOnlyMilestones', i], step)),
    ...unused.map((name) => ({
      path: ['trl', name],
      message: 'has no effect with rollouts transformers; remove it or let vLLM sample',
    })),
  ];
}
