import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Case } from '../../../domain/cases/case.ts';
import { type AuditedPicture, findLeaks, summariseLeaks } from '../../../domain/cases/leakage.ts';
import { bitsApart, indexLooks, lookOf, nearDuplicateBits } from '../../../domain/cases/look.ts';
import { makeCase, testImage } from '../../support/cases.ts';

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
const hex = (look: Uint8Array): string => Buffer.from(look).toString('hex');
/** The look with some of its bits turned. */
const turned = (look: Uint8Array, bits: readonly number[]): Uint8Array => {
  const copy = Uint8Array.from(look);
  for (const bit of bits) copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
};

describe('looks', () => {
  const [width, height] = [40, 36];
  const picture = (value: (x: number, y: number) => number): Uint8Array =>
    Uint8Array.from({ length: width * height * 3 }, (_, at) =>
      value(Math.floor(at / 3) % width, Math.floor(at / 3 / width)),
    );

  it('do not change with brightness or size', () => {
    const cells = fc.uint8Array({ minLength: 272, maxLength: 272, max: 200 });
    fc.assert(
      fc.property(cells, fc.integer({ min: 0, max: 55 }), fc.integer({ min: 1, max: 3 }), (grey, more, scale) => {
        const drawn = (side: number, add: number) => {
          const rgb = Uint8Array.from({ length: 17 * 16 * side * side * 3 }, (_, at) => {
            const [x, y] = [Math.floor(at / 3) % (17 * side), Math.floor(at / 3 / (17 * side))];
            return (grey[Math.floor(y / side) * 17 + Math.floor(x / side)] ?? 0) + add;
          });
          return { rgb, width: 17 * side, height: 16 * side };
        };
        expect(lookOf(drawn(scale, more))).toBe(lookOf(drawn(1, 0)));
      }),
    );
  });

  it('say where a picture grows darker to the right', () => {
    expect(lookOf({ rgb: picture((x) => 200 - 3 * x), width, height })).toBe('f'.repeat(64));
    expect(lookOf({ rgb: picture((x) => 3 * x), width, height })).toBe('0'.repeat(64));
  });

  it('within the threshold are always found, beyond it never', () => {
    const bits = fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { maxLength: 40 });
    fc.assert(
      fc.property(bytes, bits, (look, changed) => {
        const found = indexLooks([hex(turned(look, changed))]).nearest(hex(look));
        expect(found).toEqual(changed.length <= nearDuplicateBits ? { position: 0, bits: changed.length } : null);
      }),
    );
  });

  it('give the nearest of several', () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 20 }), bytes, (others, look) => {
        const all = [...others, turned(look, [1, 2, 3]), turned(look, [7])];
        const best = Math.min(...all.map((other) => bitsApart(other, look)));
        expect(indexLooks(all.map(hex)).nearest(hex(look))?.bits).toBe(best);
      }),
    );
  });
});

describe('findLeaks', () => {
  const digest = (letter: string) => [{ ...testImage, sha256: letter.repeat(64) }];
  const picture = (id: string, more: Partial<Case>): AuditedPicture =>
    makeCase(id, 'melanoma', { source: 'train', images: digest('1'), look: 'f'.repeat(64), ...more });
  const train = [picture('t', { archiveIds: ['isic/ISIC_1'], group: 'lesion/HAM_1' })];
  const far = { images: digest('2'), look: '0'.repeat(64) };
  const cases: [what: string, more: Partial<Case>, expected: object | null][] = [
    ['nothing in common', far, null],
    ['the same name in an archive', { ...far, archiveIds: ['x/1', 'isic/ISIC_1'] }, { kind: 'archive id' }],
    ['the same pixels', { images: digest('1'), look: '0'.repeat(64) }, { kind: 'same pixels' }],
    ['nearly the same look', { images: digest('2'), look: `7${'f'.repeat(63)}` }, { kind: 'near-duplicate', bits: 1 }],
    ['the same lesion', { ...far, group: 'lesion/HAM_1' }, { kind: 'same patient or lesion' }],
    ['several: the surest counts', { archiveIds: ['isic/ISIC_1'], group: 'lesion/HAM_1' }, { kind: 'archive id' }],
  ];
  for (const [what, more, expected] of cases) {
    it(`knows ${what}`, () => {
      const leaks = findLeaks(train, [picture('x', { source: 'ood', ...more })]);
      if (expected === null) expect(leaks).toEqual([]);
      else
        expect(leaks).toEqual([{ ...expected, test: { id: 'x', source: 'ood' }, train: { id: 't', source: 'train' } }]);
    });
  }

  it('is counted by both sets and kind', () => {
    const test = ['a', 'b', 'c'].map((id) =>
      picture(id, { source: id === 'c' ? 'other' : 'ood', ...far, group: 'lesion/HAM_1' }),
    );
    expect(summariseLeaks(findLeaks(train, test)).counts).toEqual([
      { test: 'ood', train: 'train', kind: 'same patient or lesion', count: 2 },
      { test: 'other', train: 'train', kind: 'same patient or lesion', count: 1 },
    ]);
  });
});
