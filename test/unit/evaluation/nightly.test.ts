/** Verdicts of nights, and how often a night on which nothing changed is called a drop. */
import { describe, expect, it } from 'vitest';
import {
  type BenchmarkNight,
  isGood,
  judgeNight,
  type Night,
  nightlyLevel,
} from '../../../domain/evaluation/nightly.ts';
import { createRandom, type Random } from '../../../domain/random.ts';

const digests = { model: 'm1', judge: 'j1', prompt: 'p1', data: 'd1' };
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** Patients with items that go together; `right` is the chance of each item, `noise` that its answer is drawn again. */
function draw(random: Random, patients: number): number[] {
  return times(patients, () => random.between(0.3, 0.95)).flatMap((right) => times(4, () => right));
}
const night = (name: string, chances: readonly number[], random: Random, more: Partial<Night> = {}): Night => ({
  night: name,
  digests,
  scores: chances.map((right, i) => ({ id: `q${i}`, group: `p${i >> 2}`, score: Number(random.float() < right) })),
  anchors: [],
  ...more,
});
const one = (tonight: BenchmarkNight['tonight'], lastGood: Night | null, start: Night | null = lastGood) =>
  judgeNight([{ benchmark: 'id-diagnosis', tonight, lastGood, start }])[0];

describe('judgeNight', () => {
  const random = createRandom('nights');
  const chances = draw(random, 100);
  const before = night('2026-11-25', chances, random);

  it('calls a regression a drop, with its test and the night before', () => {
    const worse = night(
      '2026-11-26',
      chances.map((right) => right - 0.3),
      random,
    );
    const verdict = one(worse, before);
    expect(verdict).toMatchObject({
      benchmark: 'id-diagnosis',
      night: '2026-11-26',
      verdict: 'drop',
      since: '2026-11-25',
    });
    if (verdict?.verdict !== 'drop') throw new TypeError('no drop');
    expect(verdict.correctedP).toBeLessThan(nightlyLevel);
    expect(verdict.test.difference).toBeLessThan(-0.15);
    expect(verdict.test.high).toBeLessThan(0);
    expect(isGood(verdict)).toBe(false);
  });

  it('calls a gain a rise, and the same answers no change, with what it could have seen', () => {
    const better = night(
      '2026-11-26',
      chances.map((right) => right + 0.3),
      random,
    );
    expect(one(better, before)?.verdict).toBe('rise');
    const same = one({ ...before, night: '2026-11-26' }, before);
    expect(same).toMatchObject({ verdict: 'no change', test: { difference: 0, p: 1 } });
    if (same?.verdict !== 'no change') throw new TypeError('no verdict');
    expect(same.test.detectable).toBeGreaterThan(0);
    expect(same.test.detectable).toBeLessThan(0.2);
  });

  it('does not call a night without GPU or endpoint a drop, nor one that broke off', () => {
    expect(one({ night: 'n', reason: 'no worker serves the queue gpu' }, before)).toEqual({
      ...{ benchmark: 'id-diagnosis', night: 'n', verdict: 'not measured', reason: 'no worker serves the queue gpu' },
    });
    const brokeOff = { ...before, scores: before.scores.slice(0, 200) };
    expect(one(brokeOff, before)).toMatchObject({
      verdict: 'not measured',
      reason: '50.0 % of the items were not answered',
    });
    expect(one({ ...before, scores: [] }, before)?.verdict).toBe('not measured');
  });

  it('begins a new line with another judge, prompt or set of items, and with the first night', () => {
    const worse = night(
      '2026-11-26',
      chances.map((right) => right - 0.3),
      random,
    );
    for (const part of ['judge', 'prompt', 'data'] as const) {
      const changed = { ...worse, digests: { ...digests, [part]: 'other' } };
      expect(one(changed, before)).toMatchObject({ verdict: 'new line', changed: [part] });
    }
    expect(one(worse, null)).toMatchObject({ verdict: 'new line', changed: [] });
    expect(one({ ...worse, digests: { ...digests, model: 'm2' } }, before)?.verdict).toBe('drop');
  });

  it('tells a judge that drifts from a model that does', () => {
    const anchors = times(30, (i) => ({ id: `a${i}`, group: `a${i}`, score: 0.5 + (i % 5) / 10 }));
    const judged = { ...before, anchors };
    const worse = night(
      '2026-11-26',
      chances.map((right) => right - 0.3),
      random,
    );
    const drifted = { ...worse, anchors: anchors.map((anchor) => ({ ...anchor, score: anchor.score - 0.1 })) };
    const verdict = one(drifted, judged);
    expect(verdict).toMatchObject({ verdict: 'judge drift', since: '2026-11-25' });
    if (verdict?.verdict === 'judge drift') expect(verdict.anchors.difference).toBeCloseTo(-0.1, 12);
    expect(one({ ...worse, anchors }, judged)?.verdict).toBe('drop');
    expect(one({ ...worse, anchors: anchors.slice(1) }, judged)).toMatchObject({ verdict: 'not measured' });
  });

  it('sees many small drops, since it also compares with the first night of the line', () => {
    const nights = times(8, (i) =>
      night(
        `n${i}`,
        chances.map((right) => right - 0.05 * i),
        createRandom(`night ${i}`),
      ),
    );
    const [start, last, tonight] = [nights[0], nights[6], nights[7]];
    if (!start || !last || !tonight) throw new RangeError('no nights');
    expect(one(tonight, last, last)?.verdict).toBe('no change');
    expect(one(tonight, last, start)).toMatchObject({ verdict: 'drop', since: 'n0' });
  });

  it('calls a night a drop that is better than the last good one, and worse than the first of its line', () => {
    // The last good night was a noisy one, with losses and gains that hide each other.
    const scored = (name: string, right: (i: number) => boolean): Night => ({
      ...before,
      night: name,
      scores: times(200, (i) => ({ id: `q${i}`, group: `q${i}`, score: Number(right(i)) })),
    });
    const start = scored('start', (i) => i < 120);
    const last = scored('last', (i) => i >= 60 && i < 150);
    const tonight = scored('tonight', (i) => i >= 20 && i < 120);
    expect(one(last, start)?.verdict).not.toBe('rise');
    expect(one(tonight, last, last)).toMatchObject({ test: { difference: 0.05 } });
    const better = scored('better', (i) => i >= 20 && i < 150);
    expect(one(better, last, last)?.verdict).toBe('rise');
    const worseThanStart = scored('worse', (i) => i >= 20 && i < 120);
    const risen = scored('low', (i) => i >= 60 && i < 120);
    expect(one(worseThanStart, risen, start)).toMatchObject({ verdict: 'drop', since: 'start' });
  });

  it('corrects for the number of benchmarks', () => {
    const tonight = night(
      't',
      chances.map((right) => right - 0.12),
      createRandom('slightly worse'),
    );
    const [alone] = judgeNight([{ benchmark: 'a', tonight, lastGood: before, start: before }]);
    const twenty = judgeNight(
      times(20, (i) => ({ benchmark: `b${i}`, tonight: i === 0 ? tonight : before, lastGood: before, start: before })),
    );
    const correctedOf = (verdict: (typeof twenty)[number] | undefined): number =>
      verdict && 'correctedP' in verdict ? verdict.correctedP : Number.NaN;
    expect(correctedOf(twenty[0])).toBeCloseTo(Math.min(1, 20 * correctedOf(alone)), 12);
  });
});

/** Nights of a model that does not change, whose answers differ by chance; each is judged against the ones before. */
function alarms(seed: string, nights: number): number {
  const random = createRandom(seed);
  const chances = draw(random, 60);
  let start: Night | null = null;
  let lastGood: Night | null = null;
  let drops = 0;
  for (let i = 0; i < nights; i += 1) {
    const tonight = night(`n${i}`, chances, random);
    const [verdict] = judgeNight([{ benchmark: 'x', tonight, lastGood, start }]);
    drops += Number(verdict?.verdict === 'drop');
    if (verdict && isGood(verdict)) lastGood = tonight;
    start ??= tonight;
  }
  return drops;
}

describe('nights on which nothing changed', () => {
  it(`are called a drop in ${nightlyLevel} of cases at most: none of 40`, () => {
    expect(alarms('forty nights', 40)).toBeLessThanOrEqual(Math.floor(40 * nightlyLevel));
  });

  it('and over 50 times 40 nights at most that share', () => {
    const drops = times(50, (i) => alarms(`line ${i}`, 40)).reduce((sum, own) => sum + own, 0);
    expect(drops / 2000).toBeLessThanOrEqual(nightlyLevel);
  });
});
