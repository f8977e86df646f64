/** Train, validation and test, by patient or lesion, so that no group is on two sides (S1, section 4.1). */
import { digestOf } from '../artifact.ts';
import { type Case, type Split, splits } from './case.ts';

export interface SplitSettings {
  seed: number;
  /** Relative sizes, e.g. 6 : 2 : 2. */
  ratio: Record<Split, number>;
  /** `image` ignores patients: the paper's way, which leaks them (profile `paper`). */
  groupBy: 'patient' | 'image';
}

/** Share of an official training split that becomes validation where the set has none (released code). */
const validationShareOfOfficialTrain = 0.25;

/**
 * Gives each case a split. A set that has an official train and test split keeps it; where it lacks validation, a
 * quarter of train becomes that. Any other set is dealt by ratio, whole groups at a time, within each of its diagnoses;
 * a group that another set has placed officially goes there. The result depends on the cases and the seed, not on
 * their order or the machine.
 */
export function assignSplits(cases: readonly Case[], settings: SplitSettings): Case[] {
  const official = [...Map.groupBy(cases, (c) => c.source).values()].filter(hasOfficialSplits);
  const placed = official.map((set) => placeOfficially(set, settings));
  const sides = new Map(placed.flatMap((set) => [...set]));

  const groups = new Map<string, Split>();
  for (const c of official.flat()) {
    const group = groupOf(c, settings);
    groups.set(group, outermost(groups.get(group), sides.get(c)));
  }
  const settled = new Set(official.flat());
  const free = cases.filter((c) => !settled.has(c));
  const dealt = deal(
    free.filter((c) => !groups.has(groupOf(c, settings))),
    settings,
  );
  return cases.map((c) => {
    const group = groupOf(c, settings);
    const split = sides.get(c) ?? groups.get(group) ?? dealt.get(group);
    return split === undefined ? c : { ...c, split };
  });
}

const groupOf = (c: Case, settings: SplitSettings): string => (settings.groupBy === 'patient' ? c.group : c.id);

const hasOfficialSplits = (set: readonly Case[]): boolean => {
  const named = new Set(set.map((c) => c.officialSplit));
  return named.has('train') && named.has('test') && !named.has(undefined);
};

/** Test before validation before train: what any set tests on is trained on in none. */
const outermost = (a: Split | undefined, b: Split | undefined): Split =>
  splits.findLast((split) => split === a || split === b) ?? 'train';

/** Official splits as they are. Validation comes out of train only if its groups are in no other split. */
function placeOfficially(set: readonly Case[], settings: SplitSettings): Map<Case, Split> {
  const sides = new Map(set.map((c) => [c, c.officialSplit ?? 'train']));
  if (set.some((c) => c.officialSplit === 'validation')) return sides;
  const tested = new Set(set.filter((c) => c.officialSplit === 'test').map((c) => groupOf(c, settings)));
  const movable = set.filter((c) => c.officialSplit === 'train' && !tested.has(groupOf(c, settings)));
  const ratio = { train: 1 - validationShareOfOfficialTrain, validation: validationShareOfOfficialTrain, test: 0 };
  const dealt = deal(movable, { ...settings, ratio });
  for (const c of movable) sides.set(c, dealt.get(groupOf(c, settings)) ?? 'train');
  return sides;
}

/**
 * Deals groups in the order of their hashes, each to the split that its set and diagnosis lack most. Within a set and
 * diagnosis no split is off its share by more than the largest group; ties go to the split that lacks most in all.
 */
function deal(cases: readonly Case[], settings: SplitSettings): Map<string, Split> {
  const groups = Map.groupBy(cases, (c) => groupOf(c, settings));
  const strata = Map.groupBy(groups.keys(), (group) => commonest(groups.get(group)?.map(stratumOf) ?? []));
  const shares = settings.ratio.train + settings.ratio.validation + settings.ratio.test;
  const share = (split: Split): number => settings.ratio[split] / shares;
  const all = new Tally();
  const result = new Map<string, Split>();
  for (const stratum of [...strata.keys()].toSorted()) {
    const own = new Tally();
    for (const group of inHashOrder(strata.get(stratum) ?? [], settings.seed)) {
      const size = groups.get(group)?.length ?? 0;
      const lack = (tally: Tally, split: Split): number => share(split) * (tally.total + size) - tally.of(split);
      const [split = 'train'] = splits
        .filter((candidate) => settings.ratio[candidate] > 0)
        .toSorted((a, b) => lack(own, b) - lack(own, a) || lack(all, b) - lack(all, a));
      own.add(split, size);
      all.add(split, size);
      result.set(group, split);
    }
  }
  return result;
}

const stratumOf = (c: Case): string => `${c.source}\n${c.diagnosis}`;

/** The most frequent one; of equally frequent ones the first in code-unit order. */
function commonest(names: readonly string[]): string {
  const counts = Map.groupBy(names.toSorted(), (name) => name);
  const most = Math.max(...[...counts.values()].map((same) => same.length));
  return [...counts].find(([, same]) => same.length === most)?.[0] ?? '';
}

const inHashOrder = (groups: readonly string[], seed: number): string[] =>
  groups
    .map((group) => `${digestOf(`splits/${seed}/${group}`)} ${group}`)
    .toSorted()
    .map((hashed) => hashed.slice(hashed.indexOf(' ') + 1));

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
