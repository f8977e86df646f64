/** JSON lines that a user gives. */
import type { z } from 'zod';
import { userMistake } from '../failures.ts';
import { parseGivenJson } from './json-text.ts';

export interface GivenLine {
  /** Counted from 1, empty lines too. */
  row: number;
  /** File and row, for messages. */
  where: string;
  value: unknown;
}

/**
 * One after the other, so that of several faults the first is reported. Empty lines are passed over, and so is a byte-order
 * mark. One that is no JSON is a user's mistake.
 *
 * @param file shown in messages
 */
export function* givenLines(text: string, file: string): Generator<GivenLine> {
  for (const [i, line] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const where = `${file}: row ${i + 1}`;
    if (line.trim() !== '') yield { row: i + 1, where, value: parseJson(line, where) };
  }
}

/** The line as its schema has it. The first field that is wrong is a user's mistake. */
export function checkedLine<T>(schema: z.ZodType<T>, { where, value }: GivenLine): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw userMistake(`${where}: ${issue?.path.join('.') || 'the line'}: ${issue?.message ?? 'is not valid'}`);
}

function parseJson(line: string, where: string): unknown {
  try {
    return parseGivenJson(line);
  } catch (error) {
    throw userMistake(`${where}: is not JSON (${String(error)}); write one object per line`, error);
  }
}
