/** Times of day and dates of a named time zone. */
import { userMistake } from '../failures.ts';

/** Throws a user's mistake where there is no such zone. */
export function parseZone(name: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    throw userMistake(`--timezone ${name}: there is no such time zone; name one as Europe/Zurich or UTC`);
  }
  if (/^[+-]/.test(name))
    throw userMistake(`--timezone ${name}: give the name of a zone, e.g. Europe/Zurich, not an offset`);
  return name;
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

function offsetMs(instant: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  const part = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const of = (name: Intl.DateTimeFormatPartTypes): number => part.get(name) ?? 0;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - instant;
}
