/** Which checkpoints of a training stage are kept. */

/** Resume checkpoints that stay behind a stretch's newest one, in case the newest is damaged. */
export const resumeCheckpointsKept = 2;

/**
 * Steps that may go: those below the newest, that nothing names (milestones, ends of epochs, whatever another run
 * adopted), except the last few.
 *
 * @param steps of all checkpoints of the stage
 * @param named steps that some finished stretch ended at
 */
export function expendable(
  steps: readonly number[],
  named: ReadonlySet<number>,
  kept = resumeCheckpointsKept,
): number[] {
  return steps
    .filter((step) => !named.has(step))
    .toSorted((a, b) => a - b)
    .slice(0, -kept || undefined);
}
