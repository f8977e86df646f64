import { describe, expect, it } from 'vitest';
import { librariesOf, peakBetween } from '../../../bench/rehearse/memory.ts';
import { isOff, renderRehearsal } from '../../../bench/rehearse/table.ts';

const row = (planned: number | null, measured: number, judged = true) =>
  ({ what: 'memory', unit: 'bytes', planned, measured, judged }) as const;

describe('what was planned, beside what was measured', () => {
  it.each([
    [row(100, 119), false],
    [row(100, 81), false],
    [row(100, 121), true],
    [row(100, 79), true],
    [row(100, 300, false), false],
    [row(null, 300, false), false],
  ])('%j is off: %s', (given, off) => expect(isOff(given)).toBe(off));

  it('says which estimate is off, and which number is a limit', () => {
    const lines = renderRehearsal([row(2 ** 30, 2 ** 31), row(2 ** 30, 2 ** 20, false)]).split('\n');
    expect(lines[2]).toMatch(/^\| memory \| 1\.00 GiB +\| 2\.00 GiB \| 100\.0 % \(off\) \|$/);
    expect(lines[3]).toMatch(/^\| memory \| at most 1\.00 GiB \| 1\.0 MiB +\| +\|$/);
  });
});

describe('memory of trainers', () => {
  const at = (atMs: number, ...held: number[]) => ({ atMs, trainers: Object.fromEntries(held.entries()), total: null });
  const samples = [at(1, 3), at(2, 40, 2), at(3, 90, 5), at(4, 70), at(5)];

  it('peaks within a span of time', () => {
    expect(peakBetween(samples, 2, 3)).toBe(90);
    expect(peakBetween(samples, 4, 9)).toBe(70);
    expect(peakBetween(samples, 6, 9)).toBe(0);
  });

  it('without a model is that of the one that waits', () => {
    expect(librariesOf(samples)).toBe(5);
    expect(librariesOf([at(1, 3)])).toBe(0);
  });
});
