/** Which checkpoints of a training stage are kept. */
import type { BlobRef, Manifest } from './artifact.ts';

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

/** In bytes. Smaller files (schedules, tokenizer) are the ones that unrelated stages have in common, and cost nothing. */
const worthFreeing = 2 ** 20;

/** Files of an artifact that are worth freeing: optimizer states and adapters of real models are hundreds of megabytes. */
export const largeFiles = ({ files }: Pick<Manifest, 'files'>): BlobRef[] =>
  Object.values(files).filter(({ bytes }) => bytes >= worthFreeing);

/** Digests that a manifest names and that retention asks for: what it was made from, and its large files. */
export const namesIn = (manifest: Pick<Manifest, 'inputs' | 'files'>): Set<string> =>
  new Set([...Object.values(manifest.inputs), ...largeFiles(manifest).map(({ sha256 }) => sha256)]);
