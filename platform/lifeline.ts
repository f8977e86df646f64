/** A child of Dermflow's own ends when its parent does, however the parent ended. */
import { fstatSync } from 'node:fs';

/** Set by a parent that holds the other end of its child's stdin. */
export const lifelineVariable = 'DERMFLOW_LIFELINE';

/**
 * Calls `end` when the parent is gone.
 *
 * @param lifeline whether a parent holds stdin; a process that was started by a person has none
 */
export function watchLifeline(lifeline: boolean, end: () => void): void {
  if (!lifeline || fstatSync(0).isFile()) return;
  process.stdin.on('end', end).on('error', end).resume();
  process.stdin.unref?.();
}
