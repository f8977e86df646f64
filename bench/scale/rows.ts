/** The table of what parts took. */
import { z } from 'zod';
import { median } from '../common/median.ts';
import { measureSchema, type ResourceUse } from './measure.ts';

/** One run, or one repetition of some of its parts. */
export const readingSchema = z.object({
  /** Null where no workflow came to its end. */
  events: z.number().nullable(),
  parts: z.array(measureSchema.extend({ part: z.string(), attempt: z.number() })),
});
export type Reading = z.infer<typeof readingSchema>;
type PartMeasure = Reading['parts'][number];

const columns = [
  ...['cases', 'part', 'seconds', 'of the processor', 'starts with, MiB', 'peak MiB', 'lowest', 'highest', '× first'],
  ...['longest silence, s', 'attempts', 'history events'],
];
export const tableHead = `| ${columns.join(' | ')} |\n|${' --- |'.repeat(columns.length)}`;

/**
 * Of several readings of a part the median; of its peak the lowest and the highest too. Within a reading, of a part
 * that runs several times, as evaluation does, the sum of seconds and the highest of the rest.
 */
export function scaleRows(count: number, readings: readonly Reading[], first: readonly Reading[]): string[] {
  const parts = new Set(readings.flatMap((reading) => reading.parts.map(({ part }) => part)));
  return [...parts].map((part) => {
    const of = (take: (runs: PartMeasure[]) => number): number[] => valuesOf(readings, part, take);
    const peaks = of(highest('peakMiB'));
    const firstPeak = median(valuesOf(first, part, highest('peakMiB')));
    const cells = [
      ...[count, part, median(of(sum('seconds'))).toFixed(0), median(of(sum('processorSeconds'))).toFixed(0)],
      ...[median(of(highest('startMiB'))), median(peaks), Math.min(...peaks), Math.max(...peaks)].map((n) =>
        n.toFixed(0),
      ),
      ...[(median(peaks) / firstPeak).toFixed(2), Math.max(...of(highest('silentSeconds'))).toFixed(1)],
      ...[Math.max(...of(highest('attempt'))), readings[0]?.events ?? '-'],
    ];
    return `| ${cells.join(' | ')} |`;
  });
}

const valuesOf = (readings: readonly Reading[], part: string, take: (runs: PartMeasure[]) => number): number[] =>
  readings.map((reading) => take(reading.parts.filter((run) => run.part === part)));

const highest =
  (field: keyof ResourceUse | 'attempt') =>
  (runs: PartMeasure[]): number =>
    Math.max(...runs.map((run) => run[field]));

const sum =
  (field: keyof ResourceUse) =>
  (runs: PartMeasure[]): number =>
    runs.reduce((total, run) => total + run[field], 0);
