import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DiskColumn } from '../../../activities/disk/disk-column.ts';
import { temporaryFolder } from '../../support/datasets.ts';

it('gives the numbers that were pushed, in any order, while more are pushed', async () => {
  const folder = await temporaryFolder();
  fc.assert(
    fc.property(
      fc.constantFrom(Int8Array, Uint8Array, Int32Array),
      fc.integer({ min: 0, max: 40_000 }),
      fc.array(fc.double({ min: 0, max: 1.01, noNaN: true }), { maxLength: 50 }),
      (make, count, places) => {
        const [column, wanted] = [new DiskColumn<Int8Array | Uint8Array | Int32Array>(folder, make), new make(count)];
        for (let i = 0; i < count; i += 1) {
          wanted[i] = (i * 7919) >> 3;
          column.push((i * 7919) >> 3);
          if (i % 5003 === 0) expect(column.at(i >> 1)).toBe(wanted[i >> 1]);
        }
        expect(column.length).toBe(count);
        for (const place of places) {
          const at = Math.floor(place * count);
          expect(column.at(at)).toBe(wanted[at] ?? 0);
        }
        for (let i = 0; i < count; i += 97) expect(column.at(i)).toBe(wanted[i]);
      },
    ),
    { numRuns: 40 },
  );
});
