/** Train, validation and test, by patient or lesion, so that no group is on two sides (section 4.1). */
import { digestOf } from '../artifact.ts';
import { type Case, type Split, splits } from './case.ts';
import { type Group, gatherGroups, keysOf, type Link, pictureKeysOf } from './groups.ts';
import { type Disagreement, outermost, readOfficialSplits } from './official.ts';

export interface SplitSettings {
  seed: number;
  /** Relative sizes, e.g. 6 : 2 : 2. */
  ratio: Record<Split, number>;
  /** `image` ignores patients and lesions: the paper's way, which leaks them (profile `paper`). */
  groupBy: 'patient' | 'image';
}

/** Share of an official training split that becomes validation where the set has none (released code). */
const validationShareOfOfficialTrain = 0.25;

export interface Dealt {
  cases: Case[];
  /** Groups whose official splits disagree; all of such a group is on one side all the same. */
  disagreements: Disagreement[];
}

/** What is known besides the cases. */
export interface Ties {
  /** Of pictures that became no case. */
  links?: readonly Link[];
  /** Of pictures that training sees whatever the split, a textbook's for example: their groups are not tested on. */
  trained?: readonly Link[];
}

/**
 * Gives each case a split, whole groups at a time: what shares a name in an archive, pixels, a lesion or a patient is
 * on one side, across sets. A set that has an official train and test split keeps it; where it lacks validation, a
 * quarter of train becomes that. Where official splits disagree within a group, test wins over validation and that
 * over train. All other groups are dealt by ratio, within each set and diagnosis. The result depends on the cases and
 * the seed, not on their order or the machine.
 */
export function dealCases(
  cases: readonly Case[],
  settings: SplitSettings,
  { links = [], trained = [] }: Ties = {},
): Dealt {
  const byPatient = settings.groupBy === 'patient';
  const alwaysTrained = new Set(trained);
  const groups = gatherGroups(cases, [...links, ...trained], {
    keysOf: byPatient ? keysOf : pictureKeysOf,
    nameOf: byPatient ? (c) => c.group : (c) => c.id,
  });
  const official = readOfficialSplits(cases);
  const sides = new Map<string, Split>();
  const disagreements: Disagreement[] = [];
  const [inTrain, free]: [Group<Case>[], Group<Case>[]] = [[], []];
  for (const group of groups) {
    const marks = official.marksOf(group);
    const side = outermost(marks.map(({ officialSplit }) => officialSplit));
    const movable = side === undefined || side === 'train';
    if (movable && group.links.some((link) => alwaysTrained.has(link))) sides.set(group.name, 'train');
    else if (side === undefined) free.push(group);
    else if (side === 'train' && !marks.some(({ source }) => official.hasValidation(source))) inTrain.push(group);
    else sides.set(group.name, side);
    if (side !== undefined && marks.some(({ officialSplit }) => officialSplit !== side))
      disagreements.push({ marks, to: side });
  }
  const share = validationShareOfOfficialTrain;
  deal(inTrain, { ...settings, ratio: { train: 1 - share, validation: share, test: 0 } }, sides);
  deal(free, settings, sides);
  const splitOf = new Map<string, Split>();
  for (const { name, members } of groups) for (const c of members) splitOf.set(c.id, sides.get(name) ?? 'train');
  return { cases: cases.map((c) => ({ ...c, split: splitOf.get(c.id) ?? 'train' })), disagreements };
}

/** The cases of `dealCases`. */
export const assignSplits = (cases: readonly Case[], settings: SplitSettings, ties: Ties = {}): Case[] =>
  dealCases(cases, settings, ties).cases;

/**
 * Deals groups in the order of their hashes, each to the split that its set and diagnosis lack most. Within a set and
 * diagnosis no split is off its share by more than the largest group; ties go to the split that lacks most in all.
 */
function deal(groups: readonly Group<Case>[], { seed, ratio }: SplitSettings, sides: Map<string, Split>): void {
  const strata = Map.groupBy(groups, ({ members }) => commonest(members.map(stratumOf)));
  const shares = ratio.train + ratio.validation + ratio.test;
  const share = (split: Split): number => ratio[split] / shares;
  const all = new Tally();
  for (const stratum of [...strata.keys()].toSorted()) {
    const own = new Tally();
    for (const { name, members } of inHashOrder(strata.get(stratum) ?? [], seed)) {
      const size = members.length;
      const lack = (tally: Tally, split: Split): number => share(split) * (tally.total + size) - tally.of(split);
      const [split = 'train'] = splits
        .filter((candidate) => ratio[candidate] > 0)
        .toSorted((a, b) => lack(own, b) - lack(own, a) || lack(all, b) - lack(all, a));
      own.add(split, size);
      all.add(split, size);
      sides.set(name, split);
    }
  }
}

const stratumOf = (c: Case): string => `${c.source}\n${c.diagnosis}`;

/** The most frequent one; of equally frequent ones the first in code-unit order. */
function commonest(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  let best: [name: string, count: number] = ['', 0];
  for (const [name, count] of counts)
    if (count > best[1] || (count === best[1] && name < best[0])) best = [name, count];
  return best[0];
}

const inHashOrder = (groups: readonly Group<Case>[], seed: number): Group<Case>[] =>
  groups
    .map((group) => ({ group, order: `${digestOf(`splits/${seed}/${group.name}`)} ${group.name}` }))
    .toSorted((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ group }) => group);

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
