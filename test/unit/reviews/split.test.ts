import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../domain/random.ts';
import { type IndexHashes, type SplitCase, splitCertified } from '../../../domain/reviews/split.ts';
import { lookOf, narrative } from '../../support/reviews.ts';

/** Hashes `x` and `x~n` are near-duplicates, and nothing else is. */
const indexByName: IndexHashes = async (hashes) => ({
  nearest: async (asked) =>
    asked.map((hash) => {
      const position = hashes.findIndex((other) => other.split('~')[0] === hash.split('~')[0]);
      return position < 0 ? null : { position, likeness: 0.9 };
    }),
});

const cases = fc
  .array(
    fc.record({
      group: fc.integer({ min: 0, max: 25 }),
      picture: fc.integer({ min: 0, max: 25 }),
      look: fc.integer({ min: 0, max: 25 }),
      diagnosis: fc.constantFrom('melanoma', 'nevus', 'wart'),
    }),
    { maxLength: 40 },
  )
  .map((all) =>
    all.map(
      ({ group, picture, look, diagnosis }, i): SplitCase => ({
        ...{ id: `case-${i}`, source: 'set', diagnosis, group: `g${group}`, look: `${look}~${i}` },
        image: { sha256: `p${picture}` },
      }),
    ),
  );

describe('the split of certified cases', () => {
  it('leaves no patient, picture or near-duplicate on both sides, whatever ties the cases', async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), async (all, seed, benchShare) => {
        const parts = await splitCertified(all, { seed, benchShare }, indexByName);
        expect([...parts.keys()]).toEqual(all.map(({ id }) => id));
        for (const keyOf of [
          (own: SplitCase) => own.group,
          (own: SplitCase) => own.image.sha256,
          (own: SplitCase) => own.look.split('~')[0],
        ]) {
          for (const same of Map.groupBy(all, keyOf).values())
            expect(new Set(same.map(({ id }) => parts.get(id))).size).toBe(1);
        }
        if (benchShare === 0) expect([...parts.values()]).not.toContain('bench');
        if (benchShare === 1) expect([...parts.values()]).not.toContain('train');
      }),
    );
  });

  it('holds for chains of near-duplicates, and where a search finds a pair from one side alone', async () => {
    const numberOf = (hash: string): number => Number(hash.split('~')[0]);
    // Near are neighbours, and only the higher number finds the lower one.
    const oneSided: IndexHashes = async (hashes) => ({
      nearest: async (asked) =>
        asked.map((hash) => {
          const position = hashes.findIndex((other) => [0, 1].includes(numberOf(hash) - numberOf(other)));
          return position < 0 ? null : { position, likeness: 0.7 };
        }),
    });
    await fc.assert(
      fc.asyncProperty(cases, fc.nat(), async (all, seed) => {
        const parts = await splitCertified(all, { seed, benchShare: 0.5 }, oneSided);
        const across = all.flatMap((one) =>
          all.filter(
            (other) =>
              parts.get(one.id) !== parts.get(other.id) && Math.abs(numberOf(one.look) - numberOf(other.look)) <= 1,
          ),
        );
        expect(across).toEqual([]);
      }),
    );
  });

  it('keeps the share within each diagnosis, and follows from the seed, not from the order', async () => {
    const all = Array.from({ length: 60 }, (_, i) =>
      narrative(`n${i}`, { diagnosis: i % 3 === 0 ? 'melanoma' : 'nevus', group: `patient-${Math.floor(i / 2)}` }),
    );
    const parts = await splitCertified(all, { seed: 1, benchShare: 0.5 });
    const bench = all.filter(({ id }) => parts.get(id) === 'bench');
    expect(bench).toHaveLength(30);
    const shuffled = await splitCertified(createRandom(7).shuffle(all), { seed: 1, benchShare: 0.5 });
    expect(new Map([...shuffled].toSorted())).toEqual(new Map([...parts].toSorted()));
    expect(await splitCertified(all, { seed: 2, benchShare: 0.5 })).not.toEqual(parts);
  });

  it('finds near-duplicates by their perceptual hashes', async () => {
    // The same picture mirrored: each row of 24 cells from its end.
    const mirrored = (look: string): string =>
      (look.match(/.{24}/g) ?? []).map((row) => [...row].toReversed().join('')).join('');
    const all = Array.from({ length: 12 }, (_, i) => [
      narrative(`n${i}`),
      narrative(`m${i}`, { look: mirrored(lookOf(`n${i}`)) }),
    ]).flat();
    for (const seed of [1, 2, 3]) {
      const parts = await splitCertified(all, { seed, benchShare: 0.5 });
      for (let i = 0; i < 12; i += 1) expect(parts.get(`ham10000/m${i}#1`)).toBe(parts.get(`ham10000/n${i}#1`));
      expect(new Set(parts.values()).size).toBe(2);
    }
  });
});
