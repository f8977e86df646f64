import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Column, type Key, Numbering, Texts } from '../../../domain/rows/columns.ts';

describe('a column', () => {
  it('has what was pushed and set, however much it is', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 2000 }), (list) => {
        const column = new Column(Int32Array);
        for (const value of list) column.push(value);
        expect([...column.all()]).toEqual(list);
        expect(column.at(list.length)).toBe(0);
        if (list.length > 0) column.set(0, 7);
        expect([...column.all()]).toEqual([7, ...list.slice(1)].slice(0, list.length));
      }),
    );
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
