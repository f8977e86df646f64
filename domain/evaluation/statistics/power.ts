/** What difference between two models a set of items can show. */
import { tQuantile } from './student-t.ts';

export interface PowerSettings {
  /** Two-sided. */
  level: number;
  power: number;
}

export const usualPower: PowerSettings = { level: 0.05, power: 0.8 };

/**
 * The least true difference that a test of this level finds with this power: the sum of both quantiles of t times the
 * standard error of the difference. Infinity where there is one group.
 */
export function minimumDetectable(
  { standardError, df }: { standardError: number; df: number },
  { level, power }: PowerSettings = usualPower,
): number {
  return (tQuantile(1 - level / 2, df) + tQuantile(power, df)) * standardError;
}
