/** How often intervals hold the truth. `npm run bench coverage` prints the whole table. */
import { describe, expect, it } from 'vitest';
import { calibrationCoverage, calibrationSettings } from '../../../../bench/statistics/calibrated.ts';
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

describe.each([8, 30, 200])('95-percent intervals of the calibration error of %d patients', (groups) => {
  const random = createRandom(`calibration test/${groups}`);
  const trials = groups > 100 ? 100 : 300;

  it.each(calibrationSettings(groups))('hold the true one: $model, correlation $correlation', (setting) => {
    const { coverage } = calibrationCoverage(setting, { trials, random });
    expect(coverage).toBeGreaterThanOrEqual(floorOf(trials));
  });
});
