/** What a run has evaluated, whichever way its method asks: on the run's questions, or on sets in a model's own words. */
import type { ArtifactRef } from '../artifact.ts';
import type { RunProgress, RunResult } from '../contracts/run.ts';

export interface Evaluated {
  /** Id of the model under test. */
  label: string;
  step: number | null;
  evaluation: ArtifactRef;
}

/** In their order. */
export const evaluatedBy = ({
  evaluations,
  benchmarks = [],
}: Pick<RunResult | RunProgress, 'evaluations' | 'benchmarks'>): Evaluated[] => [
  ...evaluations,
  ...benchmarks.map(({ label, evaluation }) => ({ label, step: null, evaluation })),
];
