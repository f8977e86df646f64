/**
 * What a night says: whether a model is worse than on the last good night. A changed judge, prompt or set of items begins
 * a new line, and scores are not compared over it; anchors (fixed answers that are scored every night) show a judge that
 * drifts from a model that does.
 */
import type { GroupedValue } from './statistics/clustered.ts';
import { holm } from './statistics/mcnemar.ts';
import { type ScoreTest, testScores } from './statistics/paired-scores.ts';

/** Of all verdicts `drop` of nights on which nothing changed, at most this share is wrong: one night in a hundred. */
export const nightlyLevel = 0.01;

export interface NightScore {
  id: string;
  group: string;
  /** 0 to 1. */
  score: number;
}

export interface Night {
  /** Names the night, e.g. `2026-11-26`. */
  night: string;
  /** What was measured and by what; the same digest means the same. The model's is shown and never compared. */
  digests: { model: string; judge: string | null; prompt: string; data: string };
  scores: readonly NightScore[];
  /** Scores of the fixed answers; empty where nothing is judged. */
  anchors: readonly NightScore[];
}

/** A night that could not be measured: no GPU, no endpoint. */
interface MissedNight {
  night: string;
  reason: string;
}

export interface BenchmarkNight {
  benchmark: string;
  tonight: Night | MissedNight;
  /** The newest night that was measured and was no drop, and the first night of its line; null: there is none. */
  lastGood: Night | null;
  start: Night | null;
}

export type Verdict =
  | { verdict: 'not measured'; reason: string }
  /** The first night, or one that is not compared: `changed` names what differs, and is empty on the first. */
  | { verdict: 'new line'; changed: ('judge' | 'prompt' | 'data')[] }
  | { verdict: 'judge drift'; anchors: ScoreTest; since: string }
  | {
      verdict: 'drop' | 'rise' | 'no change';
      /** Against this night. */
      since: string;
      test: ScoreTest;
      /** Corrected by Holm's method for all comparisons of the night. */
      correctedP: number;
      level: number;
    };

type BenchmarkVerdict = Verdict & { benchmark: string; night: string };

/** Tonight lacks more than this share of the items of the night before: it broke off, and is not compared. */
const mostMissing = 0.02;

interface Comparison {
  benchmark: number;
  since: string;
  test: ScoreTest;
}

/**
 * Verdicts of one night, in the order of the benchmarks. Each is compared with its last good night, and with the first
 * of its line, so that many small drops are seen too; all these tests are corrected together.
 */
export function judgeNight(nights: readonly BenchmarkNight[], level = nightlyLevel): BenchmarkVerdict[] {
  const early = nights.map(beforeTesting);
  const comparisons = nights.flatMap((own, benchmark): Comparison[] =>
    early[benchmark] === null ? testsOf(own, benchmark, level) : [],
  );
  const corrected = holm(comparisons.map(({ test }) => test.p));
  return nights.map(({ benchmark, tonight: { night } }, i) => {
    const own = comparisons
      .map((comparison, k) => ({ ...comparison, correctedP: corrected[k] ?? 1 }))
      .filter((comparison) => comparison.benchmark === i);
    return { benchmark, night, ...(early[i] ?? decide(own, level)) };
  });
}

/** What needs no test of the scores; null where they are to be compared. */
function beforeTesting({ tonight, lastGood }: BenchmarkNight): Verdict | null {
  if ('reason' in tonight) return { verdict: 'not measured', reason: tonight.reason };
  if (tonight.scores.length === 0) return { verdict: 'not measured', reason: 'no item was answered' };
  if (lastGood === null) return { verdict: 'new line', changed: [] };
  const changed = changedDigests(lastGood, tonight);
  if (changed.length > 0) return { verdict: 'new line', changed };
  const missing = 1 - pairScores(lastGood.scores, tonight.scores).length / lastGood.scores.length;
  if (missing > mostMissing) {
    return { verdict: 'not measured', reason: `${(100 * missing).toFixed(1)} % of the items were not answered` };
  }
  const anchors = pairScores(lastGood.anchors, tonight.anchors);
  if (lastGood.anchors.length > anchors.length)
    return {
      verdict: 'not measured',
      reason: 'not all anchors were scored, so that a drift of the judge would not be seen',
    };
  if (anchors.length === 0) return null;
  const test = testScores(anchors);
  return test.p < anchorLevel ? { verdict: 'judge drift', anchors: test, since: lastGood.night } : null;
}

/** The same answers, so any shift of their scores is the judge's; a level of its own, since it excuses drops. */
const anchorLevel = 0.01;

export const changedDigests = (before: Night, tonight: Night): ('judge' | 'prompt' | 'data')[] =>
  (['judge', 'prompt', 'data'] as const).filter((part) => before.digests[part] !== tonight.digests[part]);

function testsOf({ tonight, lastGood, start }: BenchmarkNight, benchmark: number, level: number): Comparison[] {
  if ('reason' in tonight || lastGood === null) return [];
  const isOther = start !== null && start.night !== lastGood.night && changedDigests(start, tonight).length === 0;
  return [lastGood, ...(isOther ? [start] : [])].flatMap((before) => {
    const differences = pairScores(before.scores, tonight.scores);
    return differences.length === 0
      ? []
      : [{ benchmark, since: before.night, test: testScores(differences, { level, power: 0.8 }) }];
  });
}

function decide(own: readonly (Comparison & { correctedP: number })[], level: number): Verdict {
  const [last, ...others] = own;
  if (!last) return { verdict: 'not measured', reason: 'tonight shares no item with the last good night' };
  const found = [last, ...others].filter(({ correctedP }) => correctedP < level);
  // Better than on the last good night, and still worse than on the first of the line: that is a drop.
  const shown = found.find(({ test }) => test.difference < 0) ?? found[0] ?? last;
  const { since, test, correctedP } = shown;
  const significant = correctedP < level;
  return {
    verdict: !significant ? 'no change' : test.difference < 0 ? 'drop' : 'rise',
    ...{ since, test, correctedP, level },
  };
}

function pairScores(before: readonly NightScore[], after: readonly NightScore[]): GroupedValue[] {
  const byId = new Map(after.map((own) => [own.id, own.score]));
  return before.flatMap(({ id, group, score }) => {
    const own = byId.get(id);
    return own === undefined ? [] : [{ group, value: own - score }];
  });
}

/** Whether the next night is compared with this one. A drop is not: it stays one until the model is as good as before. */
export const isGood = ({ verdict }: Pick<Verdict, 'verdict'>): boolean =>
  verdict === 'no change' || verdict === 'rise' || verdict === 'new line';
