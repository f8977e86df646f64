/**
 * Train, validation and test, by patient or lesion, so that no group is on two sides (section 4.1).
 *
 * What shares a name in an archive, pixels, a lesion or a patient is on one side, across sets. A set that has an
 * official train and test split keeps it; where it lacks validation, a quarter of train becomes that. Where official
 * splits disagree within a group, test wins over validation and that over train. All other groups are dealt by ratio,
 * within each set and diagnosis. The result depends on the cases and the seed, not on their order or the machine.
 */
import { digestOf } from '../artifact.ts';
import { type Case, type Split, splits } from './case.ts';
import { type Disagreement, type OfficialSplits, outermost, type Placed } from './official.ts';

export interface SplitSettings {
  seed: number;
  /** Relative sizes, e.g. 6 : 2 : 2. */
  ratio: Record<Split, number>;
  /** `image` ignores patients and lesions: the paper's way, which leaks them (profile `paper`). */
  groupBy: 'patient' | 'image';
}

/** Share of an official training split that becomes validation where the set has none (released code). */
const validationShareOfOfficialTrain = 0.25;

/** Groups that are dealt together: those of official training splits without validation, and all that have no side. */
export const deals = ['official train', 'free'] as const;
type Deal = (typeof deals)[number];

/** Relative sizes of the splits that a deal makes. */
export const ratioOf = (deal: Deal, { ratio }: SplitSettings): Record<Split, number> =>
  deal === 'free'
    ? ratio
    : { train: 1 - validationShareOfOfficialTrain, validation: validationShareOfOfficialTrain, test: 0 };

/**
 * The side that a group has by its official marks, or because training sees a picture of it whatever the split; else
 * the deal that it takes part in.
 *
 * @param trained whether a picture that training always sees, a textbook's for example, ties to the group
 */
export function placeGroup(
  group: Placed,
  trained: boolean,
  official: OfficialSplits,
): { place: Split | Deal; disagreement: Disagreement | null } {
  const marks = official.marksOf(group);
  const side = outermost(marks.map(({ officialSplit }) => officialSplit));
  const disagrees = side !== undefined && marks.some(({ officialSplit }) => officialSplit !== side);
  const movable = side === undefined || side === 'train';
  const toBeDealt = side === 'train' && !marks.some(({ source }) => official.hasValidation(source));
  const place = movable && trained ? 'train' : (side ?? 'free');
  return {
    place: place === 'train' && !trained && toBeDealt ? 'official train' : place,
    disagreement: disagrees ? { marks, to: side } : null,
  };
}

/** Set and diagnosis, within which a deal keeps the ratio. */
export const stratumOf = ({ source, diagnosis }: Pick<Case, 'source' | 'diagnosis'>): string =>
  `${source}\n${diagnosis}`;

/** The most frequent one; of equally frequent ones the first in code-unit order. */
export function commonest(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  let best: [name: string, count: number] = ['', 0];
  for (const [name, count] of counts)
    if (count > best[1] || (count === best[1] && name < best[0])) best = [name, count];
  return best[0];
}

/** Groups of a stratum are dealt in the order of these. */
export const dealOrder = (seed: number, group: string): string => digestOf(`splits/${seed}/${group}`);

interface Dealer {
  /** The next groups are of another stratum. Strata come in code-unit order. */
  beginStratum(): void;
  /** The side of the next group, of so many cases. */
  deal(size: number): Split;
}

/**
 * Deals groups, each to the split that its stratum lacks most. Within a stratum no split is off its share by more than
 * the largest group; ties go to the split that lacks most in all.
 */
export function createDealer(ratio: Record<Split, number>): Dealer {
  const shares = ratio.train + ratio.validation + ratio.test;
  const share = (split: Split): number => ratio[split] / shares;
  const all = new Tally();
  let own = new Tally();
  return {
    beginStratum: () => {
      own = new Tally();
    },
    deal: (size) => {
      const lack = (tally: Tally, split: Split): number => share(split) * (tally.total + size) - tally.of(split);
      const [split = 'train'] = splits
        .filter((candidate) => ratio[candidate] > 0)
        .toSorted((a, b) => lack(own, b) - lack(own, a) || lack(all, b) - lack(all, a));
      own.add(split, size);
      all.add(split, size);
      return split;
    },
  };
}

/** Cases dealt so far. */
class Tally {
  total = 0;
  private readonly counts = new Map<Split, number>();
  of(split: Split): number {
    return this.counts.get(split) ?? 0;
  }
  add(split: Split, size: number): void {
    this.total += size;
    this.counts.set(split, this.of(split) + size);
  }
}
