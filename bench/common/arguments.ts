import { userMistake } from '../../domain/failures.ts';

/** A flag's whole number above 0. */
export function readCount(flag: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw userMistake(`${flag} ${text}: expected a whole number above 0`);
  return count;
}
