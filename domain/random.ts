/** Seeded chance. The same seed gives the same numbers anywhere; nothing in `domain/` draws from another source. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { digestOf } from './artifact.ts';

export interface Random {
  /** Uniform integer in `[low, high]`, both ends included. */
  int(low: number, high: number): number;
  /** Uniform in `[0, 1)`. */
  float(): number;
  /** Uniform in `[low, high)`. */
  between(low: number, high: number): number;
  /** Normal deviate with mean 0 and the given standard deviation (Box-Muller). */
  normal(deviation: number): number;
  /** One element of a non-empty list. */
  pick<T>(list: readonly T[]): T;
  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(list: readonly T[]): T[];
  /** The numbers below `count` in the order in which `shuffle` would put them; four bytes per number. */
  order(count: number): Uint32Array;
  /** Up to `count` different elements, in random order. */
  sample<T>(list: readonly T[], count: number): T[];
  /** An independent generator for one purpose, so that drawing more here changes nothing there. */
  fork(label: string): Random;
}

export function createRandom(seed: string | number): Random {
  const generator = xoroshiro128plus(Number.parseInt(digestOf(`random/${seed}`).slice(0, 8), 16) | 0);
  const int = (low: number, high: number): number => uniformInt(generator, low, high);
  const float = (): number => uniformFloat64(generator);
  const random: Random = {
    int,
    float,
    between: (low, high) => low + (high - low) * float(),
    normal: (deviation) => deviation * Math.sqrt(-2 * Math.log(1 - float())) * Math.cos(2 * Math.PI * float()),
    pick: (list) => {
      if (list.length === 0) throw new RangeError('cannot pick from an empty list');
      return list[int(0, list.length - 1)] as (typeof list)[number]; // the index is within the list
    },
    shuffle: (list) => {
      const copy = [...list];
      for (let i = copy.length - 1; i > 0; i -= 1) {
        const j = int(0, i);
        [copy[i], copy[j]] = [copy[j] as (typeof copy)[number], copy[i] as (typeof copy)[number]]; // both within the list
      }
      return copy;
    },
    order: (count) => {
      const order = Uint32Array.from({ length: count }, (_, i) => i);
      for (let i = count - 1; i > 0; i -= 1) {
        const j = int(0, i);
        const moved = order[i] ?? 0;
        order[i] = order[j] ?? 0;
        order[j] = moved;
      }
      return order;
    },
    sample: (list, count) => random.shuffle(list).slice(0, count),
    fork: (label) => createRandom(`${seed}/${label}`),
  };
  return random;
}
