import { expect, it } from 'vitest';
import { jsonOrNull, parseGivenJson } from '../../../domain/rows/json-text.ts';

it.each([
  ['{"a":1}', { a: 1 }],
  ['', null],
  ['{"a":', null],
  ['<html>', null],
])('%j is %j', (text, value) => expect(jsonOrNull(text)).toEqual(value));

it.each(['{"a":["\\ud83d\\ude00"]}', '"ä"', '{"😀":1}', '"\\\\ud83d"'])('what a user gives is read: %s', (text) =>
  expect(parseGivenJson(text)).toEqual(JSON.parse(text)),
);

it.each(['{', '"\\ud83d"', '{"a":[{"b":"x\\uDE00y"}]}', '{"\\udce4":1}'])('and refused: %s', (text) =>
  expect(() => parseGivenJson(text)).toThrow(SyntaxError),
);
