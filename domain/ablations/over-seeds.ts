/** A number over several seeds of one recipe. */
import { tQuantile } from '../evaluation/statistics/student-t.ts';

/** The interval is a 95 % one; null where none is known. */
export interface Estimate {
  value: number;
  low: number | null;
  high: number | null;
}

/**
 * Of one seed its own interval, by patients. Of several the mean, with the interval of Student's t over the seeds: it holds
 * what training and the split of the data add, and is wide for few. Null where a seed lacks the number.
 */
export function overSeeds(found: readonly (Estimate | null)[]): Estimate | null {
  const known = found.filter((estimate) => estimate !== null);
  const [first] = known;
  if (!first || known.length < found.length) return null;
  if (known.length === 1) return first;
  const mean = known.reduce((sum, { value }) => sum + value, 0) / known.length;
  const variance = known.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / (known.length - 1);
  const reach = tQuantile(0.975, known.length - 1) * Math.sqrt(variance / known.length);
  return { value: mean, low: Math.max(0, mean - reach), high: Math.min(1, mean + reach) };
}
