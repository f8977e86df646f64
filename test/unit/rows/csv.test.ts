import { describe, expect, it } from 'vitest';
import { csvOf } from '../../../domain/rows/csv.ts';

describe('rows as CSV', () => {
  it('quote what would end a field or a row, and leave nothing for null', () =>
    expect(
      csvOf([
        ['a', 'b', 'c'],
        ['x, y', 'say "no"', null],
        [0.5, 'two\nlines', ''],
      ]),
    ).toBe('a,b,c\r\n"x, y","say ""no""",\r\n0.5,"two\nlines",'));
});
