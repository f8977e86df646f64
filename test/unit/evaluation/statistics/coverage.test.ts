/** How often intervals hold the truth. `npm run bench coverage` prints the whole table. */
import { describe, expect, it } from 'vitest';
import { coverageOf, groupCounts, settingsOf } from '../../../../bench/statistics/simulated.ts';
import { clusteredInterval } from '../../../../domain/evaluation/statistics/clustered.ts';
import { createRandom } from '../../../../domain/random.ts';

/** What a 95 % interval is to hold, less three standard errors of so many trials: 0.929 of 1,000, 0.912 of 300. */
const floorOf = (trials: number): number => 0.95 - 3 * Math.sqrt((0.95 * 0.05) / trials);

describe.each(groupCounts.map((groups) => [groups, groups > 100 ? 300 : 1000] as const))(
  '95-percent intervals of %d patients, %d trials',
  (groups, trials) => {
    const random = createRandom(`coverage test/${groups}`);
    const results = settingsOf(groups).map((setting) => ({
      setting,
      ...coverageOf(setting, (values) => clusteredInterval(values, { least: 0, most: 1 }), { trials, random }),
    }));

    it('hold the truth in 95 of 100 trials in every setting, as far as so many trials can tell', () => {
      expect(results.filter(({ coverage }) => coverage < floorOf(trials))).toEqual([]);
    });

    it('hold it in 95 of 100 over all settings', () => {
      const mean = results.reduce((sum, { coverage }) => sum + coverage, 0) / results.length;
      expect(mean).toBeGreaterThanOrEqual(0.95);
    });
  },
);
