import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Column, type Key, Numbering, Texts } from '../../../domain/rows/columns.ts';

describe('a column', () => {
  const narrow = fc.constantFrom(-1, 0, 1);
  const whole = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const value = fc.oneof(narrow, fc.integer({ min: -200, max: 200 }), whole, fc.constantFrom(0.5, 2 ** 40));

  it('has what was pushed and set, whatever width each needs', () => {
    const list: fc.Arbitrary<number[]> = fc.oneof(
      fc.array(narrow, { maxLength: 2000 }),
      fc.array(value, { maxLength: 300 }),
    );
    fc.assert(
      fc.property(list, fc.nat(), value, (values, place, other) => {
        const column = new Column();
        for (const each of values) column.push(each);
        expect(Array.from({ length: column.length }, (_, at) => column.at(at))).toEqual(values);
        expect([-1, values.length].map((at) => column.at(at))).toEqual([0, 0]);
        if (values.length === 0) return;
        column.set(place % values.length, other);
        expect(values.map((_, at) => column.at(at))).toEqual(values.with(place % values.length, other));
      }),
    );
  });

  it('goes on over many chunks, each as wide as its own numbers', () => {
    const [column, count] = [new Column(), 100_000];
    const at = (i: number): number => (i % 1000 === 999 ? i : i % 3);
    for (let i = 0; i < count; i += 1) column.push(at(i));
    expect(column.length).toBe(count);
    for (let i = 0; i < count; i += 1) if (column.at(i) !== at(i)) expect.fail(`${i}: ${column.at(i)}`);
  });
});

describe('a numbering', () => {
  it('numbers texts and numbers by their first occurrence, near and far ones', () => {
    const key = fc.oneof(fc.string(), fc.nat(20), fc.nat(5_000_000));
    fc.assert(
      fc.property(fc.array(key, { maxLength: 300 }), (keys) => {
        const numbering = new Numbering();
        const distinct: Key[] = [...new Set(keys)];
        expect(keys.map((each) => numbering.of(each))).toEqual(keys.map((each) => distinct.indexOf(each)));
        expect(numbering.count).toBe(distinct.length);
        expect([...keys, 'never', 5_000_001].map((each) => numbering.find(each))).toEqual(
          [...keys, 'never', 5_000_001].map((each) => distinct.indexOf(each)),
        );
      }),
    );
  });

  it('has a text for each number, and none for null', () => {
    const texts = new Texts();
    expect(['a', null, 'b', 'a'].map((text) => texts.numberOf(text))).toEqual([0, -1, 1, 0]);
    expect([0, 1, -1, 2].map((number) => texts.textOf(number))).toEqual(['a', 'b', null, null]);
  });
});
