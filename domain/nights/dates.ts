/** Times of day and dates of a named time zone. */
import { userMistake } from '../failures.ts';

/**
 * The zone as its data base writes it, whose capitals Temporal's server minds: `europe/zurich` is Europe/Zurich. Throws a
 * user's mistake where there is no such zone.
 */
export function parseZone(name: string): string {
  if (/^[+-]/.test(name))
    throw userMistake(`--timezone ${name}: give the name of a zone, e.g. Europe/Zurich, not an offset`);
  const known = Intl.supportedValuesOf('timeZone').find((zone) => zone.toLowerCase() === name.toLowerCase());
  if (known !== undefined) return known;
  try {
    // An older name, e.g. US/Pacific, is known to Temporal as it is written there.
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    return timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name;
  } catch {
    throw userMistake(`--timezone ${name}: there is no such time zone; name one as Europe/Zurich or UTC`);
  }
}

/** Of `02:30`. */
export function parseTimeOfDay(text: string): { hour: number; minute: number } {
  const found = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (!found) throw userMistake(`--at ${text}: expected a time of day, e.g. 02:30`);
  return { hour: Number(found[1]), minute: Number(found[2]) };
}

const dayMs = 86_400_000;

/** The instant, in milliseconds, at which a date begins in a zone, so many days later. Throws a user's mistake. */
export function startOfDay(date: string, zone: string, flag: string, daysLater = 0): number {
  const utc = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  // `2026-02-30` is read as a day of March.
  if (Number.isNaN(utc) || !new Date(utc).toISOString().startsWith(date)) {
    throw userMistake(`${flag} ${date}: expected a date, e.g. 2026-11-26`);
  }
  const wanted = utc + daysLater * dayMs;
  // The offset at a first guess may be that of the other side of a change of clocks.
  const guess = wanted - offsetMs(wanted, zone);
  return wanted - offsetMs(guess, zone);
}

/**
 * The stretch of the nights of past days, in milliseconds: from just before the first day begins to just before the last
 * one ends, or to now. A night at midnight belongs to the day that begins then. Throws a user's mistake for a day that has
 * not begun: its nights would be done now, under a name that no later night comes after.
 */
export function pastNights(from: string, to: string, zone: string, nowMs: number): { start: number; end: number } {
  for (const [flag, date] of [
    ['--from', from],
    ['--to', to],
  ] as const) {
    if (startOfDay(date, zone, flag) > nowMs)
      throw userMistake(`${flag} ${date}: that day has not begun in ${zone}; give past days, up to today`);
  }
  return {
    start: startOfDay(from, zone, '--from') - 1000,
    end: Math.min(startOfDay(to, zone, '--to', 1) - 1000, nowMs),
  };
}

function offsetMs(instant: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  const part = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const of = (name: Intl.DateTimeFormatPartTypes): number => part.get(name) ?? 0;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - instant;
}
