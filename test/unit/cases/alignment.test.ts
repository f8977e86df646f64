/** The likeness of two pictures, which is made fast, is that of the plain definition, to the last bit. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { likeness } from '../../../domain/cases/alignment.ts';
import { partWindows } from '../../../domain/cases/near-duplicates.ts';
import { hashSide, turn } from '../../../domain/cases/perceptual-hash.ts';
import { createRandom } from '../../../domain/random.ts';
import { plainLikeness } from '../../support/plain-alignment.ts';

it('is the same as by the plain definition', () => {
  let alike = 0;
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(0, 1, 3, 8, 40), fc.constantFrom(0, 0.03, 0.1, 0.15), (seed, noise, cut) => {
      const random = createRandom(`alignment/${seed}`);
      const waves = Array.from({ length: 5 }, () => ({
        x: random.normal(6),
        y: random.normal(6),
        at: random.between(0, 6),
      }));
      const scene = (x: number, y: number): number =>
        31 + waves.reduce((sum, wave) => sum + 6 * Math.sin(wave.x * x + wave.y * y + wave.at), 0);
      const level = (x: number, y: number): number =>
        Math.min(Math.max(Math.round(scene(x, y) + random.normal(noise || 1e-9)), 0), 63);
      const grid = (window: number): Float32Array =>
        Float32Array.from({ length: hashSide ** 2 }, (_, at) => {
          const [x, y] = [(at % hashSide) / hashSide, Math.floor(at / hashSide) / hashSide];
          return level(window + x * (1 - 2 * window), window + y * (1 - 2 * window));
        });
      const [whole, part] = [grid(0), grid(cut)];
      const flat = new Float32Array(hashSide ** 2).fill(7);
      for (const start of [{ left: 0, top: 0, right: 0, bottom: 0 }, ...partWindows])
        for (const [a, b] of [[whole, part] as const, [part, turn(whole, 5)] as const, [whole, flat] as const]) {
          const found = likeness(a, b, start);
          alike += Number(found > 0.65);
          expect(found).toBe(plainLikeness(a, b, start));
        }
    }),
    { numRuns: 60 },
  );
  expect(alike).toBeGreaterThan(50);
});
