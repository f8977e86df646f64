/** Lines that the plans of several methods have. */
import { grouped } from '../words.ts';
import type { Batches } from './batches.ts';
import type { LlmCost } from './input.ts';
import type { MemoryEstimate } from './memory.ts';

export const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(bytes < 2 ** 30 ? 3 : 1)} GiB`;
export const millions = (value: number): string => `${(value / 1e6).toFixed(1)} M`;

/** @param bound before a number that is known */
export const answerWords = (answers: number | null, bound: string): string =>
  answers === null ? 'an unknown number (give --test COUNT, or --data DIR) of' : `${bound}${grouped(answers)}`;

export function costLine({ llmCalls, inputTokens, outputTokens, price }: LlmCost, bound = 'at most'): string {
  if (llmCalls === 0) return 'no LLM calls';
  const tokens = `about ${grouped(inputTokens)} tokens in and ${grouped(outputTokens)} out`;
  const words = price === null ? 'price: give --price-input and --price-output' : `price about ${price.toFixed(2)}`;
  return `${bound} ${grouped(llmCalls)} LLM calls, ${tokens}; ${words}`;
}

/** The arithmetic, and what becomes of the rows that do not fill a step. */
export function batchLine({ rows, batch, stepsPerEpoch, remainder, lastBatch }: Batches, what: string): string {
  const steps = `${grouped(rows)} ${what} / ${batch} per step = ${grouped(stepsPerEpoch)} steps per epoch`;
  if (lastBatch === 'full') return `${steps}, all full`;
  if (lastBatch === 'partial') return `${steps}, the last one partial (${remainder} ${what})`;
  return `${steps}, the last ${remainder} ${what} dropped (with a partial last step: ${grouped(stepsPerEpoch + 1)})`;
}

export const memoryLine = (m: MemoryEstimate, what: string): string =>
  `estimated ${gibibytes(m.peak)} a device: base ${gibibytes(m.base)}, ${what} and optimizer ${gibibytes(m.adapter)}, ` +
  `activations ${gibibytes(m.activations)}${m.sampling > 0 ? ` or sampling ${gibibytes(m.sampling)}` : ''}`;
