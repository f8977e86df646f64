/** Drawn evaluations whose true accuracy is known, to see how often an interval holds it. */
import type { GroupedValue } from '../../domain/evaluation/statistics/clustered.ts';
import type { Random } from '../../domain/random.ts';

export interface Setting {
  groups: number;
  /** True accuracy. */
  accuracy: number;
  /** How far items of a group go together: 0 not at all, 1 all items of a group are alike. */
  correlation: number;
  /** Items of a group: as many each, or from one to twice as many. */
  perGroup: number;
  even: boolean;
}

/**
 * Items of groups. With probability sqrt(correlation) an item is as its group's common draw, else a draw of its own, so
 * the correlation of two items of a group is as said and the accuracy of each is the true one.
 */
export function drawEvaluation(
  { groups, accuracy, correlation, perGroup, even }: Setting,
  random: Random,
): GroupedValue[] {
  const draw = (): number => Number(random.float() < accuracy);
  const together = Math.sqrt(correlation);
  return Array.from({ length: groups }, (_, g) => {
    const common = draw();
    const items = even ? perGroup : random.int(1, 2 * perGroup - 1);
    return Array.from({ length: items }, () => ({
      group: String(g),
      value: random.float() < together ? common : draw(),
    }));
  }).flat();
}

/** Share of drawn evaluations whose interval holds the true accuracy, and the mean width of the intervals. */
export function coverageOf(
  setting: Setting,
  interval: (values: readonly GroupedValue[]) => { low: number; high: number },
  { trials, random }: { trials: number; random: Random },
): { coverage: number; width: number } {
  let held = 0;
  let width = 0;
  for (let i = 0; i < trials; i += 1) {
    const { low, high } = interval(drawEvaluation(setting, random));
    held += Number(low <= setting.accuracy && setting.accuracy <= high);
    width += high - low;
  }
  return { coverage: held / trials, width: width / trials };
}

export const groupCounts = [5, 8, 30, 200] as const;

/** Accuracies from even to nearly perfect, items that go together not at all to nearly wholly, even and uneven groups. */
export const settingsOf = (groups: number): Setting[] =>
  [0.3, 0.5, 0.7, 0.9].flatMap((accuracy) =>
    [0, 0.2, 0.7].flatMap((correlation) =>
      [true, false].map((even) => ({ groups, accuracy, correlation, perGroup: 5, even })),
    ),
  );
