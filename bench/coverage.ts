/**
 * `npm run bench coverage`: how often 95 % intervals hold the true accuracy where there are few patients, against the
 * percentile bootstrap by patients that was used before; and the true calibration error. Prints the tables of
 * docs/method.md.
 */
import { parseArgs } from 'node:util';
import { clusteredInterval, type GroupedValue } from '../domain/evaluation/statistics/clustered.ts';
import { groupedOf } from '../domain/evaluation/statistics/grouped.ts';
import { createRandom, type Random } from '../domain/random.ts';
import { readCount } from './common/arguments.ts';
import { calibrationCoverage, calibrationGroups, calibrationSettings } from './statistics/calibrated.ts';
import { coverageOf, groupCounts, settingsOf } from './statistics/simulated.ts';

/** Percentile interval of whole groups that are drawn with replacement. */
function bootstrap(values: readonly GroupedValue[], random: Random, resamples: number): { low: number; high: number } {
  const grouped = groupedOf(values);
  const means = Float64Array.from({ length: resamples }, () => {
    let [sum, count] = [0, 0];
    for (let draw = 0; draw < grouped.groupCount; draw += 1) {
      const group = random.int(0, grouped.groupCount - 1);
      sum += grouped.sumOf(group);
      count += grouped.countOf(group);
    }
    return sum / count;
  }).sort();
  const at = (share: number): number => means[Math.round((resamples - 1) * share)] ?? Number.NaN;
  return { low: at(0.025), high: at(0.975) };
}

export default async function coverage(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      trials: { type: 'string', default: '4000' },
      resamples: { type: 'string', default: '500' },
      parts: { type: 'string', default: 'accuracy,calibration' },
    },
  });
  const trials = readCount('--trials', values.trials);
  if (values.parts.includes('accuracy')) printAccuracy(trials, readCount('--resamples', values.resamples));
  if (values.parts.includes('calibration')) printCalibration(trials);
}

function printAccuracy(trials: number, resamples: number): void {
  console.log('| patients | ours, mean | ours, worst | mean width | bootstrap, mean | bootstrap, worst | mean width |');
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const groups of groupCounts) {
    const random = createRandom(`coverage/${groups}`);
    const fewer = Math.max(100, Math.round((trials * 8) / groups / 10));
    const own = settingsOf(groups).map((setting) =>
      coverageOf(setting, (list) => clusteredInterval(list, { least: 0, most: 1 }), { trials, random }),
    );
    const other = settingsOf(groups).map((setting) =>
      coverageOf(setting, (list) => bootstrap(list, random, resamples), { trials: Math.min(trials, fewer), random }),
    );
    const cells = [own, other].flatMap((results) => [
      mean(results.map((result) => result.coverage)).toFixed(3),
      Math.min(...results.map((result) => result.coverage)).toFixed(3),
      mean(results.map(({ width }) => width)).toFixed(2),
    ]);
    console.log(`| ${[groups, ...cells].join(' | ')} |`);
  }
}

/** Of the expected calibration error, by how well the drawn models are calibrated. */
function printCalibration(trials: number): void {
  console.log('\n| patients | model | held | held where items correlate | mean width | found less true |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const groups of calibrationGroups) {
    const random = createRandom(`coverage/calibration/${groups}`);
    const settings = Map.groupBy(calibrationSettings(groups), ({ model }) => model);
    for (const [model, own] of settings) {
      const results = own.map((setting) => calibrationCoverage(setting, { trials, random }));
      const cells = [
        ...results.map(({ coverage }) => coverage.toFixed(3)),
        mean(results.map(({ width }) => width)).toFixed(3),
        mean(results.map(({ bias }) => bias)).toFixed(3),
      ];
      console.log(`| ${[groups, model, ...cells].join(' | ')} |`);
    }
  }
}

const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
