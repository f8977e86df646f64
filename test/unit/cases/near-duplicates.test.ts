/** The search by inverted lists finds what a comparison of everything with everything finds, to the last bit. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openIndexStorage } from '../../../activities/datasets/preparation/index-storage.ts';
import { createMemoryLists, indexInMemory } from '../../../domain/cases/memory-index.ts';
import { indexHashes } from '../../../domain/cases/near-duplicates.ts';
import { hashSide } from '../../../domain/cases/perceptual-hash.ts';
import type { ByteFile } from '../../../domain/cases/views/byte-file.ts';
import { createRandom, type Random } from '../../../domain/random.ts';
import { nearestByBruteForce } from '../../support/brute-force.ts';
import { temporaryFolder } from '../../support/datasets.ts';

const characters = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_';
const hashFrom = (level: (x: number, y: number) => number): string =>
  Array.from({ length: hashSide ** 2 }, (_, at) => {
    const value = Math.round(level((at % hashSide) / (hashSide - 1), Math.floor(at / hashSide) / (hashSide - 1)));
    return characters[Math.min(Math.max(value, 0), 63)];
  }).join('');

/** Smooth levels from 0 to 63 with a spot in the middle, as skin has. */
function drawScene(random: Random): (x: number, y: number) => number {
  const side = 6;
  const grid = Array.from({ length: (side + 1) ** 2 }, () => random.between(10, 60));
  const [x0, y0] = [random.between(0.35, 0.65), random.between(0.35, 0.65)];
  return (x, y) => {
    const [i, j] = [Math.min(Math.floor(x * side), side - 1), Math.min(Math.floor(y * side), side - 1)];
    const [u, v] = [x * side - i, y * side - j];
    const at = (a: number, b: number): number => grid[b * (side + 1) + a] ?? 0;
    const smooth =
      (at(i, j) * (1 - u) + at(i + 1, j) * u) * (1 - v) + (at(i, j + 1) * (1 - u) + at(i + 1, j + 1) * u) * v;
    return smooth - (Math.hypot(x - x0, y - y0) < 0.2 ? 25 : 0);
  };
}

/** Few scenes, each turned, mirrored, cut, and under more and more noise, up to where one is another; some of one colour. */
function drawClustered(random: Random, count: number, scenes: number): string[] {
  const drawn = Array.from({ length: scenes }, () => drawScene(random));
  return Array.from({ length: count }, () => {
    if (random.float() < 0.05) return characters.charAt(random.int(0, 63)).repeat(hashSide ** 2);
    const [scene, noise, cut] = [random.pick(drawn), random.pick([0, 0, 2, 5, 10]), random.pick([0, 0, 0.05, 0.1])];
    const [mirrored, quarters] = [random.float() < 0.5, random.int(0, 3)];
    return hashFrom((x, y) => {
      let [u, v] = [mirrored ? 1 - x : x, y];
      for (let quarter = 0; quarter < quarters; quarter += 1) [u, v] = [v, 1 - u];
      return scene(cut + u * (1 - 2 * cut), cut + v * (1 - 2 * cut)) + random.normal(noise || 1e-9);
    });
  });
}
const drawNoise = (random: Random, count: number): string[] =>
  Array.from({ length: count }, () => hashFrom(() => random.int(0, 63)));

describe('near-duplicates', { timeout: 300_000 }, () => {
  it('are those of a comparison of all with all, on random and on clustered pictures', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 6 }), fc.boolean(), async (seed, scenes, isNoise) => {
        const random = createRandom(`near-duplicates/${seed}`);
        const drawn = isNoise ? drawNoise(random, 30) : drawClustered(random, 42, scenes);
        const [indexed, asked] = [drawn.slice(0, 30), [...drawn.slice(30), ...drawn.slice(0, 2)]];
        const nearest = await (await indexInMemory(indexed)).nearest(asked);
        found += nearest.filter((near) => near !== null).length;
        expect(nearest).toEqual(nearestByBruteForce(indexed, asked));
      }),
      { numRuns: 10 },
    );
    expect(found).toBeGreaterThan(20);
  });

  it('are the same where more pictures share a hash than are compared', async () => {
    const random = createRandom('crowd');
    const [same = '', ...others] = drawClustered(random, 12, 3);
    const indexed = [...others.slice(0, 4), ...Array.from({ length: 270 }, () => same), ...others.slice(4, 8)];
    const asked = [same, ...others.slice(6)];
    expect(await (await indexInMemory(indexed)).nearest(asked)).toEqual(nearestByBruteForce(indexed, asked));
  });

  it('are the same where many are as alike as the last one that is aligned, or just so alike that they are compared', async () => {
    const random = createRandom('threshold');
    const scene = drawScene(random);
    // Noise of this size puts the cosines of views on both sides of the least one.
    const drawn = Array.from({ length: 60 }, (_, i) => {
      const noise = [14, 18, 22][i % 3] ?? 14;
      return hashFrom((x, y) => scene(x, y) + random.normal(noise));
    });
    const copies = drawn.slice(0, 6).flatMap((hash) => Array.from({ length: 9 }, () => hash));
    const indexed = random.shuffle([...drawn, ...copies]);
    const asked = [
      ...drawn.slice(0, 3),
      ...Array.from({ length: 9 }, () => hashFrom((x, y) => scene(x, y) + random.normal(18))),
    ];
    const nearest = await (await indexInMemory(indexed)).nearest(asked);
    expect(nearest).toEqual(nearestByBruteForce(indexed, asked));
    expect(nearest.filter((near) => near !== null).length).toBeGreaterThan(2);
  });

  it('are the same on disk, however many are asked for at once', async () => {
    const random = createRandom('disk');
    const drawn = drawClustered(random, 80, 12);
    const indexed = [...drawn.slice(0, 50), ...drawNoise(random, 20)];
    const asked = [...drawn.slice(50), ...drawNoise(random, 240)];
    const storage = openIndexStorage(await temporaryFolder());
    for (const hash of indexed) storage.keepHash(hash);
    const onDisk = await (await indexHashes(indexed, indexed.length, storage)).nearest(asked);
    storage.close();
    const inMemory = await indexInMemory(indexed);
    expect(onDisk).toEqual(await inMemory.nearest(asked));
    const oneByOne = [];
    for (const hash of asked.slice(0, 5)) oneByOne.push(...(await inMemory.nearest([hash])));
    expect(oneByOne).toEqual(onDisk.slice(0, 5));
    expect(onDisk.filter((near) => near !== null).length).toBeGreaterThan(10);
  });

  it('are found without reading the index from its start to its end', async () => {
    let readings = 0;
    const watch = (file: ByteFile): ByteFile => ({
      ...file,
      pieces: (unit) => {
        readings += 1;
        return file.pieces(unit);
      },
      get held() {
        return file.held;
      },
    });
    const lists = () => {
      const { records, tables, parts } = createMemoryLists();
      return { records: watch(records), tables, parts: parts.map(watch) };
    };
    const indexed = drawNoise(createRandom('readings'), 300);
    const index = await indexHashes(indexed, indexed.length, {
      ...{ lists: { wholes: lists(), windows: lists() }, turn: async () => {} },
      hashAt: (position) => indexed[position] ?? '',
    });
    const before = readings;
    await index.nearest(drawNoise(createRandom('asked'), 40));
    expect([before > 0, readings - before]).toEqual([true, 0]);
  });
});
