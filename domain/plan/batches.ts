/** How rows make optimiser steps, and what becomes of those that do not fill one. */

export interface Batches {
  rows: number;
  batch: number;
  stepsPerEpoch: number;
  /** Rows of an epoch's last, smaller batch; 0 if all are full. */
  remainder: number;
  /** What becomes of that batch. */
  lastBatch: 'full' | 'partial' | 'dropped';
}

/** SFT trains on what is left over at the end of an epoch. */
export const sftBatches = (rows: number, batch: number): Batches => ({
  ...countBatches(rows, batch),
  stepsPerEpoch: Math.ceil(rows / batch),
});

/** TRL's sampler for GRPO keeps whole steps only: prompts left over are left out of that epoch, others in each one. */
export function grpoBatches(rows: number, batch: number): Batches {
  const counted = countBatches(rows, batch);
  return { ...counted, lastBatch: counted.remainder === 0 ? 'full' : 'dropped' };
}

const countBatches = (rows: number, batch: number): Batches => ({
  rows,
  batch,
  stepsPerEpoch: Math.floor(rows / batch),
  remainder: rows % batch,
  lastBatch: rows % batch === 0 ? 'full' : 'partial',
});
