/** The table of what stages took. */
import { z } from 'zod';
import { median } from '../common/median.ts';
import { type Measure, measureSchema } from './measure.ts';

/** One run, or one repetition of some of its stages. */
export const readingSchema = z.object({
  /** Null where no workflow came to its end. */
  events: z.number().nullable(),
  stages: z.array(measureSchema.extend({ stage: z.string(), attempt: z.number() })),
});
export type Reading = z.infer<typeof readingSchema>;
type StageMeasure = Reading['stages'][number];

const columns = [
  ...['cases', 'stage', 'seconds', 'of the processor', 'starts with, MiB', 'peak MiB', 'lowest', 'highest', '× first'],
  ...['longest silence, s', 'attempts', 'history events'],
];
export const tableHead = `| ${columns.join(' | ')} |\n|${' --- |'.repeat(columns.length)}`;

/**
 * Of several readings of a stage the median; of its peak the lowest and the highest too. Within a reading, of a stage
 * that runs several times, as evaluation does, the sum of seconds and the highest of the rest.
 */
export function rowsOf(count: number, readings: readonly Reading[], first: readonly Reading[]): string[] {
  const stages = new Set(readings.flatMap((reading) => reading.stages.map(({ stage }) => stage)));
  return [...stages].map((stage) => {
    const of = (take: (runs: StageMeasure[]) => number): number[] => valuesOf(readings, stage, take);
    const peaks = of(highest('peakMiB'));
    const firstPeak = median(valuesOf(first, stage, highest('peakMiB')));
    const cells = [
      ...[count, stage, median(of(sum('seconds'))).toFixed(0), median(of(sum('processorSeconds'))).toFixed(0)],
      ...[median(of(highest('startMiB'))), median(peaks), Math.min(...peaks), Math.max(...peaks)].map((n) =>
        n.toFixed(0),
      ),
      ...[(median(peaks) / firstPeak).toFixed(2), Math.max(...of(highest('silentSeconds'))).toFixed(1)],
      ...[Math.max(...of(highest('attempt'))), readings[0]?.events ?? '-'],
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

const valuesOf = (readings: readonly Reading[], stage: string, take: (runs: StageMeasure[]) => number): number[] =>
  readings.map((reading) => take(reading.stages.filter((run) => run.stage === stage)));

const highest =
  (field: keyof Measure | 'attempt') =>
  (runs: StageMeasure[]): number =>
    Math.max(...runs.map((run) => run[field]));

const sum =
  (field: keyof Measure) =>
  (runs: StageMeasure[]): number =>
    runs.reduce((total, run) => total + run[field], 0);
