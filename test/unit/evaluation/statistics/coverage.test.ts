/** How often intervals hold the truth. `npm run bench coverage` prints the whole table. */
import { describe, expect, it } from 'vitest';
import { coverageOf, groupCounts, settingsOf } from '../../../../bench/statistics/simulated.ts';
import { clusteredInterval } from '../../../../domain/evaluation/statistics/clustered.ts';
import { createRandom } from '../../../../domain/random.ts';

/** Of 95 % intervals, in the worst of 24 settings; the mean of 1,000 trials is off by 0.014 at most (two standard errors). */
const floor = 0.92;
const floorOfMean = 0.945;

describe.each(groupCounts)('95 %% intervals of %d patients', (groups) => {
  const trials = groups > 100 ? 300 : 1000;
  const interval = (values: Parameters<typeof clusteredInterval>[0]) =>
    clusteredInterval(values, { least: 0, most: 1 });
  const random = createRandom(`coverage test/${groups}`);
  const results = settingsOf(groups).map((setting) => ({
    setting,
    ...coverageOf(setting, interval, { trials, random }),
  }));

  it(`hold the truth in ${floor} of all trials at least, whatever the setting`, () => {
    expect(results.filter(({ coverage }) => coverage < floor)).toEqual([]);
  });

  it(`hold it in ${floorOfMean} over all settings`, () => {
    const mean = results.reduce((sum, { coverage }) => sum + coverage, 0) / results.length;
    expect(mean).toBeGreaterThanOrEqual(floorOfMean);
  });
});
