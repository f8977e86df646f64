import { describe, expect, it } from 'vitest';
import { parseTimeOfDay, parseZone, pastNights, startOfDay } from '../../../domain/nights/dates.ts';

const instant = (...args: Parameters<typeof startOfDay>): string => new Date(startOfDay(...args)).toISOString();

describe('a day in a time zone', () => {
  it.each([
    ['2026-11-26', 'UTC', '2026-11-26T00:00:00.000Z'],
    ['2026-11-26', 'Asia/Tokyo', '2026-11-25T15:00:00.000Z'],
    ['2026-11-26', 'America/Los_Angeles', '2026-11-26T08:00:00.000Z'],
    ['2026-11-26', 'Asia/Kathmandu', '2026-11-25T18:15:00.000Z'],
    // The clocks change on these days, or have changed.
    ['2026-03-29', 'Europe/Zurich', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', 'Europe/Zurich', '2026-03-29T22:00:00.000Z'],
    ['2026-10-25', 'Europe/Zurich', '2026-10-24T22:00:00.000Z'],
    ['2026-10-26', 'Europe/Zurich', '2026-10-25T23:00:00.000Z'],
  ])('%s in %s begins at %s', (date, zone, begins) => expect(instant(date, zone, '--from')).toBe(begins));

  it('is followed by one of 23 or 25 hours where the clocks change', () => {
    const hours = (date: string): number =>
      (startOfDay(date, 'Europe/Zurich', '--to', 1) - startOfDay(date, 'Europe/Zurich', '--to')) / 3_600_000;
    expect(['2026-03-28', '2026-03-29', '2026-10-25'].map(hours)).toEqual([24, 23, 25]);
  });

  it.each(['2026-02-30', '26-11-2026', '2026-11-26T00:00Z', '', 'yesterday'])('%j is refused', (date) =>
    expect(() => startOfDay(date, 'UTC', '--from')).toThrow(`--from ${date}: expected a date`),
  );
});

describe('a time of day', () => {
  it.each([
    ['02:30', 2, 30],
    ['0:05', 0, 5],
    ['23:59', 23, 59],
  ])('%s is read', (text, hour, minute) => expect(parseTimeOfDay(text)).toEqual({ hour, minute }));

  it.each(['24:00', '2', '02:60', '2:3', 'noon', '', '02:30:00'])('%j is refused', (text) =>
    expect(() => parseTimeOfDay(text)).toThrow(`--at ${text}: expected a time of day`),
  );

  it('belongs to a zone that has a name', () => {
    expect(parseZone('Europe/Zurich')).toBe('Europe/Zurich');
    // Temporal's server minds capitals.
    expect(['europe/zurich', 'AMERICA/NEW_YORK', 'utc', 'US/Pacific'].map(parseZone)).toEqual([
      ...['Europe/Zurich', 'America/New_York', 'UTC', 'US/Pacific'],
    ]);
    expect(() => parseZone('Europe/Zürich')).toThrow('there is no such time zone');
    expect(() => parseZone('+01:00')).toThrow('not an offset');
  });
});

describe('the nights of past days', () => {
  const now = Date.parse('2026-11-26T20:00:00Z');
  const stretch = (from: string, to: string, zone = 'UTC') => {
    const { start, end } = pastNights(from, to, zone, now);
    return [start, end].map((instant) => new Date(instant).toISOString());
  };

  it('reach from before the first day to the end of the last, and of today to now', () => {
    expect(stretch('2026-11-20', '2026-11-22')).toEqual(['2026-11-19T23:59:59.000Z', '2026-11-22T23:59:59.000Z']);
    expect(stretch('2026-11-26', '2026-11-26')).toEqual(['2026-11-25T23:59:59.000Z', '2026-11-26T20:00:00.000Z']);
    // There it is the 27th already.
    expect(stretch('2026-11-27', '2026-11-27', 'Asia/Tokyo')[1]).toBe('2026-11-26T20:00:00.000Z');
  });

  it.each([
    ['2026-11-20', '2026-11-27', '--to 2026-11-27'],
    ['2062-11-20', '2062-11-22', '--from 2062-11-20'],
  ])('are no days to come: %s to %s', (from, to, words) =>
    expect(() => stretch(from, to)).toThrow(`${words}: that day has not begun in UTC`),
  );
});
