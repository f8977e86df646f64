/** What a training stretch leaves in its `metrics` artifact, and the curves that the report draws from it. */
import { z } from 'zod';

/** A line of `metrics.jsonl`: scalars of one optimiser step by their flat names (`domain/trainer.ts`). */
export const metricsLineSchema = z.object({
  step: z.int().nonnegative(),
  values: z.record(z.string(), z.number().nullable()),
});
export type MetricsLine = z.infer<typeof metricsLineSchema>;

/** A line of `samples.jsonl`: a completion of a GRPO step with the parts of its reward. */
export const sampleLineSchema = z.object({
  step: z.int().nonnegative(),
  /** Id of the question. */
  id: z.string(),
  completion: z.string(),
  components: z.record(z.string(), z.number()),
});
export type SampleLine = z.infer<typeof sampleLineSchema>;

/** Lines of several stretches as one curve: rising steps, one line per step. A value logged twice is the later one's. */
export function mergeLines(lines: readonly MetricsLine[]): MetricsLine[] {
  const bySteps = Map.groupBy(lines, ({ step }) => step);
  return [...bySteps]
    .map(([step, own]) => ({ step, values: Object.assign({}, ...own.map(({ values }) => values)) }))
    .toSorted((a, b) => a.step - b.step);
}

/** A line of `usage.jsonl`: speed over all ranks in tokens per second, and rank 0's peak memory. No two runs agree in them. */
export const usageLineSchema = z.object({
  step: z.int(),
  tokensPerSecond: z.number().nullable(),
  memoryBytes: z.int().nullable(),
});
export type UsageLine = z.infer<typeof usageLineSchema>;

interface Point {
  step: number;
  value: number;
}

/** The finite values of one scalar. */
export const pointsOf = (lines: readonly MetricsLine[], name: string): Point[] =>
  lines.flatMap(({ step, values }) => {
    const value = values[name];
    return typeof value === 'number' && Number.isFinite(value) ? [{ step, value }] : [];
  });

/**
 * Centred moving average over `2 * reach + 1` points, fewer at both ends.
 *
 * @param reach points on each side; defaults to a twentieth of the curve
 */
export function smooth(points: readonly Point[], reach = Math.round(points.length / 20)): Point[] {
  return points.map(({ step }, i) => ({ step, value: mean(points.slice(Math.max(0, i - reach), i + reach + 1)) }));
}

/** At most `limit` points: means of equal stretches, so that a long curve does not swell the page. */
export function thin(points: readonly Point[], limit: number): Point[] {
  const size = Math.ceil(points.length / limit);
  if (size <= 1) return [...points];
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) => {
    const members = points.slice(i * size, (i + 1) * size);
    return { step: members.at(-1)?.step ?? 0, value: mean(members) };
  });
}

const mean = (points: readonly Point[]): number => points.reduce((sum, { value }) => sum + value, 0) / points.length;
