/** What the variables of the environment may hold, how they are read, and how a wrong one is shown. */
import { homedir } from 'node:os';
import { z } from 'zod';

/** `~` stands for the user's home also where no shell has put it in, e.g. in files of variables. */
export const withHome = (path: string): string => path.replace(/^~(?=\/|$)/, () => homedir());

/** Of HTTP: `localhost:9000` would be an address of the scheme `localhost`. */
export const httpAddress = z.url({ protocol: /^https?$/, error: 'expected an address like http://host:port' });

export const port = z.coerce.number().int().min(1).max(65535);

/** How another machine reaches this one. */
export const hostAndPort = z
  .string()
  .regex(/^[^:\s]+:\d+$/, 'expected host:port')
  .refine((text) => port.safeParse(text.split(':')[1]).success, 'expected a port from 1 to 65535');

/**
 * What is set of a process's variables. Files of variables leave one empty that is not set, and end lines with what is no
 * part of the value.
 */
export const setVariables = (variables: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([name, value = '']) => (value.trim() === '' ? [] : [[name, value.trim()]])),
  );

/** `user:password@` of an address, with a scheme or without one. */
const userInfo = /^([a-z][a-z0-9+.-]*:\/\/)?[^/]*@/i;
/** May hold keys too. */
const query = /\?[\s\S]*/;
/** Nothing that is expected of a variable whose values are checked; a key that was put into the wrong one is. */
const likeKey = /^(?=.*\d)[\w.-]{20,}$/;

/** A wrong value, for a message: without what may be secret in it. */
export function shownValue(name: string, value: string | undefined): string {
  if (value === undefined) return 'not set';
  if (/KEY|SECRET/.test(name) || likeKey.test(value)) return '***';
  if (value.startsWith('{')) return '{…}'; // fields of requests, which may hold keys too
  return JSON.stringify(value.replace(query, '?***').replace(userInfo, '$1***@'));
}

/** What zod says of a text that is no number is about JavaScript. */
export const inWords = (message: string): string =>
  message.replace(/^Invalid input: expected number, received (?:NaN|Infinity)$/, 'expected a number');
