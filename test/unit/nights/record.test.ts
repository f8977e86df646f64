import { describe, expect, it } from 'vitest';
import { judge } from '../../../cli/nights/check.ts';
import {
  isWholeNight,
  lastGoodOf,
  type NightPoint,
  type NightRecord,
  nightKey,
  nightRecordSchema,
} from '../../../domain/nights/record.ts';
import { nightWords } from '../../../domain/nights/words.ts';
import { nightPoint, nightRecord } from '../../support/nights.ts';

const test = {
  items: 80,
  groups: 40,
  difference: -0.4,
  low: -0.5,
  high: -0.3,
  p: 1e-9,
  detectable: 0.12,
  test: 'exact',
} as const;
const verdicts: NightPoint['verdict'][] = [
  { verdict: 'not measured', reason: 'no answer' },
  { verdict: 'new line', changed: ['judge'] },
  { verdict: 'judge drift', anchors: test, since: '2026-11-25T01:30:00.000Z' },
  { verdict: 'drop', since: '2026-11-25T01:30:00.000Z', test, correctedP: 1e-9, level: 0.01 },
  {
    verdict: 'no change',
    since: '2026-11-25T01:30:00.000Z',
    test: { ...test, difference: 0.01 },
    correctedP: 1,
    level: 0.01,
  },
];

describe('the record of a night', () => {
  it.each(verdicts)('of verdict $verdict is read back, and told in one line', (verdict) => {
    const record = nightRecord('2026-11-26T01:30:00.000Z', [nightPoint({ verdict })]);
    expect(nightRecordSchema.parse(JSON.parse(JSON.stringify(record)))).toEqual(record);
    const [point] = record.benchmarks;
    expect(point && nightWords(point)).toMatch(new RegExp(`^id-diagnosis: 90\\.0 %, .*${verdict.verdict}`));
    expect(point && nightWords(point)).not.toContain('\n');
  });

  it('promises no difference larger than there can be, and writes no negative zero', () => {
    const few = { ...test, difference: -0.0001, detectable: 1.2 };
    const [, changed] = verdicts.filter(({ verdict }) => verdict !== 'not measured');
    const verdict = { verdict: 'no change', since: '2026-11-25T01:30:00.000Z', test: few, correctedP: 1, level: 0.01 };
    const words = nightWords(nightPoint({ verdict: verdict as NonNullable<typeof changed> }));
    expect(words).toContain('no change: 0.0 points');
    expect(words).toContain('too few patients to see any difference');
  });

  it('lies under its schedule and its time; one that is not whole beside the one that is', () => {
    const [reason, good] = [verdicts[0], verdicts[1]];
    if (!reason || !good) throw new RangeError('verdicts');
    const part = nightRecord('2026-11-26T01:30:00.000Z', [nightPoint(), nightPoint({ verdict: reason })]);
    const whole = nightRecord('2026-11-26T01:30:00.000Z', [nightPoint(), nightPoint({ verdict: good })]);
    expect([isWholeNight(part), isWholeNight(whole)]).toEqual([false, true]);
    expect(nightKey('default', part)).toMatch(/^[0-9a-f]{64}\/2026-11-26t01\.30\.00\.000z\/part$/);
    expect(nightKey('default', whole)).toBe(nightKey('default', part).replace('part', 'whole'));
    expect(nightKey('other', whole)).not.toBe(nightKey('default', whole));
    expect(nightKey('default', { ...whole, schedule: 'other' })).not.toBe(nightKey('default', whole));
  });
});

describe('the last good night', () => {
  const at = (day: number, point: NightPoint): NightRecord => nightRecord(`2026-11-0${day}T01:30:00.000Z`, [point]);
  it('is the newest that was measured and neither a drop nor a drift', () => {
    const [missed, line, drift, drop, same] = verdicts.map((verdict) => nightPoint({ verdict }));
    if (!missed || !line || !drift || !drop || !same) throw new RangeError('verdicts');
    expect(
      lastGoodOf([at(1, line), at(2, same), at(3, drop), at(4, drift), at(5, missed)], 'id-diagnosis')?.night,
    ).toBe('2026-11-02T01:30:00.000Z');
    expect(lastGoodOf([at(1, drop)], 'id-diagnosis')).toBeNull();
    expect(lastGoodOf([at(1, line)], 'ddx')).toBeNull();
    expect(lastGoodOf([at(1, { ...line, measured: null })], 'id-diagnosis')).toBeNull();
  });
});

describe('dermflow schedule check', () => {
  const record = (verdict: NightRecord['verdict']): NightRecord => ({
    ...nightRecord('2026-11-26T01:30:00.000Z'),
    verdict,
  });
  const judgedAt = Date.parse(record('drop').judgedAt);
  it.each([
    ['drop', 1],
    ['judge drift', 3],
    ['not measured', 3],
    ['new line', 0],
    ['rise', 0],
    ['no change', 0],
  ] as const)('of a night with verdict %s ends with %d', (verdict, exitCode) =>
    expect(judge('tiny', record(verdict), 36, judgedAt + 3_600_000)).toMatchObject({ verdict, exitCode }),
  );

  it('does not stay good where no night comes any more, or none has', () => {
    const old = judge('tiny', record('no change'), 36, judgedAt + 37 * 3_600_000);
    expect(old).toMatchObject({ verdict: 'not measured', exitCode: 3 });
    expect(old.words[0]).toBe('tiny: the newest night was judged 37 hours ago');
    expect(judge('tiny', null, 36, 0)).toMatchObject({ night: null, exitCode: 3 });
  });
});
