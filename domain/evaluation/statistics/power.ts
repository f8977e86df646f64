/** What difference between two models a set of items can show. */
import { tCdf, tQuantile } from './student-t.ts';

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

/** Chance that the test finds a true difference of this size, by the shifted t distribution. */
export function powerOf(
  difference: number,
  { standardError, df }: { standardError: number; df: number },
  level = usualPower.level,
): number {
  if (standardError === 0) return difference === 0 ? level : 1;
  const critical = tQuantile(1 - level / 2, df);
  const shift = Math.abs(difference) / standardError;
  return tCdf(shift - critical, df) + tCdf(-shift - critical, df);
}

/**
 * Standard error of the difference of two accuracies before anything was measured.
 *
 * @param plan.discordant expected share of items on which exactly one of the two is right
 * @param plan.perGroup items per patient or lesion, the mean
 * @param plan.correlation of the differences within a group, 0 to 1
 */
export function plannedError(plan: { items: number; discordant: number; perGroup: number; correlation: number }): {
  standardError: number;
  df: number;
} {
  const designEffect = 1 + (plan.perGroup - 1) * plan.correlation;
  return {
    standardError: Math.sqrt((plan.discordant * designEffect) / plan.items),
    df: Math.max(1, plan.items / plan.perGroup - 1),
  };
}
