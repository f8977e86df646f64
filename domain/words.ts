/** Pieces of messages and pages that many parts share. */

/** The first few names of a list, for messages. */
export const listSome = (names: readonly string[], count = 5): string =>
  names.length > count ? `${names.slice(0, count).join(', ')}, … (${names.length} in all)` : names.join(', ');

/** `1600` as `1,600`, without a locale's say. */
export const grouped = (value: number): string => String(value).replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** `2026-11-26 20:55 UTC` of a time in milliseconds or by ISO 8601. */
export const utcMinute = (time: number | string): string =>
  `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
