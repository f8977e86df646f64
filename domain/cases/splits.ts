/** Train, validation and test, by patient or lesion, so that no group is on two sides (S1, section 4.1). */
import { createRandom } from '../random.ts';
import { type Case, type Split, splits } from './case.ts';

export interface SplitSettings {
  seed: number;
  /** Relative sizes, e.g. 6 : 2 : 2. */
  ratio: Record<Split, number>;
  groupBy: 'patient' | 'image';
}

/** Share of an official training split that becomes validation where the set has none (released code). */
const validationShareOfOfficialTrain = 0.25;

/**
 * Gives each case a split. Official splits are kept; where the official ones lack validation it is taken from train.
 * Else groups are dealt by ratio within each diagnosis, so that rare diagnoses reach every split. The result depends
 * on the set of groups and the seed, not on the order of the cases.
 */
export function assignSplits(cases: readonly Case[], settings: SplitSettings): Case[] {
  const official = new Set(cases.map((c) => c.officialSplit));
  if (cases.length > 0 && !official.has(undefined)) {
    if (official.has('validation') || !official.has('train')) return cases.map(withOfficialSplit);
    const train = cases.filter((c) => c.officialSplit === 'train');
    const ratio = { train: 1 - validationShareOfOfficialTrain, validation: validationShareOfOfficialTrain, test: 0 };
    const dealt = deal(train, { ...settings, ratio });
    return cases.map((c) =>
      c.officialSplit === 'train' ? { ...c, split: dealt.get(groupOf(c, settings)) ?? 'train' } : withOfficialSplit(c),
    );
  }
  const dealt = deal(cases, settings);
  return cases.map((c) => ({ ...c, split: dealt.get(groupOf(c, settings)) ?? 'train' }));
}

const withOfficialSplit = (c: Case): Case => ({ ...c, split: c.officialSplit ?? 'train' });
const groupOf = (c: Case, settings: SplitSettings): string => (settings.groupBy === 'patient' ? c.group : c.id);

/** Deals groups, largest deficit first, within the strata of each group's first diagnosis. */
function deal(cases: readonly Case[], settings: SplitSettings): Map<string, Split> {
  const groups = Map.groupBy(cases, (c) => groupOf(c, settings));
  const strata = Map.groupBy(
    [...groups.keys()].toSorted(),
    (group) =>
      groups
        .get(group)
        ?.map((c) => c.diagnosis)
        .toSorted()[0],
  );
  const total = settings.ratio.train + settings.ratio.validation + settings.ratio.test;
  const random = createRandom(`splits/${settings.seed}`);
  const result = new Map<string, Split>();
  for (const [diagnosis, names] of [...strata].toSorted(([a], [b]) => String(a).localeCompare(String(b), 'en'))) {
    const count = new Map<Split, number>(splits.map((split) => [split, 0]));
    let dealt = 0;
    for (const name of random.fork(String(diagnosis)).shuffle(names)) {
      const size = groups.get(name)?.length ?? 0;
      dealt += size;
      const deficit = (split: Split): number => (settings.ratio[split] / total) * dealt - (count.get(split) ?? 0);
      const split = splits.toSorted((a, b) => deficit(b) - deficit(a))[0] ?? 'train';
      count.set(split, (count.get(split) ?? 0) + size);
      result.set(name, split);
    }
  }
  return result;
}
