/** What is kept of a night: verdicts, what they were measured by, and where the answers are. Artifact of kind `night`. */
import { z } from 'zod';
import { artifactRefSchema, canonicalJson, digestOf, sha256Schema } from '../artifact.ts';
import { isGood, type Verdict } from '../evaluation/nightly.ts';
import { readers } from '../evaluation/scored.ts';

const number = z.number();
const testSchema = z.object({
  ...{ items: z.int(), groups: z.int(), difference: number, low: number, high: number, p: number, detectable: number },
  test: z.enum(['exact', 't']),
});

/** A night is named by the time that it was scheduled for, which a late start does not change. */
const nightName = z.iso.datetime();

const verdictSchema = z.discriminatedUnion('verdict', [
  z.object({ verdict: z.literal('not measured'), reason: z.string() }),
  z.object({ verdict: z.literal('new line'), changed: z.array(z.enum(['judge', 'prompt', 'data'])) }),
  z.object({ verdict: z.literal('judge drift'), anchors: testSchema, since: nightName }),
  z.object({
    verdict: z.enum(['drop', 'rise', 'no change']),
    ...{ since: nightName, test: testSchema, correctedP: number, level: number },
  }),
]) satisfies z.ZodType<Verdict>;

const measuredSchema = z.object({
  /** Artifact of kind `benchmark`, which has the answers and their scores. */
  evaluation: artifactRefSchema,
  label: z.string(),
  /** Whose scores are compared. */
  reader: z.enum(readers),
  digests: z.object({ model: sha256Schema, judge: sha256Schema.nullable(), prompt: sha256Schema, data: sha256Schema }),
  score: z.object({ value: number, low: number, high: number }),
  items: z.int(),
  /** The first night of its line, whose answers are the anchors. */
  line: nightName,
  anchors: z.array(z.object({ id: z.string(), group: z.string(), score: number })),
});
export type Measured = z.infer<typeof measuredSchema>;

const pointSchema = z.object({
  benchmark: z.string(),
  verdict: verdictSchema,
  /** Null where there are no answers. */
  measured: measuredSchema.nullable(),
});
export type NightPoint = z.infer<typeof pointSchema>;

/** The gravest first. A night's verdict is the gravest of its benchmarks. */
const verdictNames = ['drop', 'judge drift', 'not measured', 'new line', 'rise', 'no change'] as const;
export type VerdictName = (typeof verdictNames)[number];

export const nightRecordSchema = z.object({
  schema: z.literal(1),
  schedule: z.string(),
  night: nightName,
  workflow: z.string(),
  /** When the verdict was found. */
  judgedAt: z.iso.datetime(),
  verdict: z.enum(verdictNames),
  benchmarks: z.array(pointSchema),
});
export type NightRecord = z.infer<typeof nightRecordSchema>;

/** Fixed answers of each benchmark, which are scored every night of a line. */
export const anchorsSchema = z.record(z.string(), z.array(z.object({ id: z.string(), output: z.string() })));
export type Anchors = z.infer<typeof anchorsSchema>;

export const gravest = (points: readonly NightPoint[]): VerdictName =>
  verdictNames.find((name) => points.some(({ verdict }) => verdict.verdict === name)) ?? 'not measured';

/** Below this lie all nights of a schedule. */
export const nightsPrefix = (namespace: string, schedule: string): string =>
  `${digestOf(canonicalJson({ namespace, schedule }))}/`;

/** Whether every benchmark was measured. */
export const isWholeNight = ({ benchmarks }: Pick<NightRecord, 'benchmarks'>): boolean =>
  benchmarks.every(({ verdict }) => verdict.verdict !== 'not measured');

/**
 * A night has at most two records: one where something was not measured, and one of the same night done again where all
 * was. The latter is the one that counts.
 */
export const nightKey = (
  namespace: string,
  { schedule, night, benchmarks }: Pick<NightRecord, 'schedule' | 'night' | 'benchmarks'>,
): string => {
  const part = isWholeNight({ benchmarks }) ? 'whole' : 'part';
  return `${nightsPrefix(namespace, schedule)}${night.toLowerCase().replaceAll(':', '.')}/${part}`;
};

/** The newest night before tonight on which a benchmark was measured and good. */
export function lastGoodOf(
  nights: readonly NightRecord[],
  benchmark: string,
): { night: string; measured: Measured } | null {
  for (const { night, benchmarks } of nights.toReversed()) {
    const point = benchmarks.find((each) => each.benchmark === benchmark);
    if (point?.measured && isGood(point.verdict)) return { night, measured: point.measured };
  }
  return null;
}
