import { expect, it } from 'vitest';
import { jsonOrNull } from '../../../domain/rows/json-text.ts';

it.each([
  ['{"a":1}', { a: 1 }],
  ['', null],
  ['{"a":', null],
  ['<html>', null],
])('%j is %j', (text, value) => expect(jsonOrNull(text)).toEqual(value));
