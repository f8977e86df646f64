/**
 * Certified cases in two parts by the seed: one that is trained on, and DermBench's, which nobody trains on. Cases of one
 * patient or lesion, with the same picture or with near-duplicates of it are on one side.
 */

import { indexInMemory } from '../cases/memory-index.ts';
import type { Near } from '../cases/near-duplicates.ts';
import { commonest, createDealer, dealOrder, stratumOf } from '../cases/splits.ts';
import { corrupt } from '../failures.ts';
import type { Narrative } from '../narratives/narrative.ts';
import type { Certified } from './review.ts';

type Part = Certified['part'];

export type SplitCase = Pick<Narrative, 'id' | 'group' | 'source' | 'diagnosis' | 'look'> & {
  image: { sha256: string };
};

interface BenchSplit {
  seed: number;
  /** Share of cases for DermBench, 0 to 1. */
  benchShare: number;
}

/** An index of perceptual hashes. */
export type IndexHashes = (
  hashes: readonly string[],
) => Promise<{ nearest(hashes: readonly string[]): Promise<(Near | null)[]> }>;

/**
 * The part of each case, by its id, in the order of the cases. Within a diagnosis the share is kept as far as the sizes
 * of what belongs together allow. Near-duplicates are looked for between the parts until there are none: each pair that
 * is found ties what it belongs to, so that this ends.
 */
export async function splitCertified(
  cases: readonly SplitCase[],
  settings: BenchSplit,
  index: IndexHashes = indexInMemory,
): Promise<Map<string, Part>> {
  const ties = createTies(cases.map(({ id }) => id));
  for (const keyOf of [groupOf, pictureDigestOf]) {
    for (const same of Map.groupBy(cases, keyOf).values())
      for (const other of same) ties.join(same[0]?.id ?? other.id, other.id);
  }
  for (;;) {
    const parts = deal(cases, ties, settings);
    const pairs = await nearPairs(cases, parts, index);
    for (const [one, other] of pairs) ties.join(one.id, other.id);
    if (pairs.length > 0) continue;
    refuseShared(cases, parts);
    return parts;
  }
}

const groupOf = ({ group }: SplitCase): string => group;
const pictureDigestOf = ({ image }: SplitCase): string => image.sha256;

function refuseShared(cases: readonly SplitCase[], parts: ReadonlyMap<string, Part>): void {
  const [train, bench] = sidesOf(cases, parts);
  for (const [keyOf, why] of [
    [groupOf, 'the same patient or lesion'],
    [pictureDigestOf, 'the same picture'],
  ] as const) {
    const known = new Map(train.map((own) => [keyOf(own), own]));
    for (const own of bench) {
      const twin = known.get(keyOf(own));
      if (twin) throw overlap(twin, own, why);
    }
  }
}

const overlap = (train: SplitCase, bench: SplitCase, why: string): Error =>
  corrupt(
    `certified cases ${train.id} (training part) and ${bench.id} (DermBench's part) overlap: ${why}; neither part can be used`,
  );

const sidesOf = (cases: readonly SplitCase[], parts: ReadonlyMap<string, Part>): [SplitCase[], SplitCase[]] => [
  cases.filter(({ id }) => parts.get(id) === 'train'),
  cases.filter(({ id }) => parts.get(id) !== 'train'),
];

/** Near-duplicates across the parts, that of the training part first. Looked for from both sides: the search is approximate. */
async function nearPairs(
  cases: readonly SplitCase[],
  parts: ReadonlyMap<string, Part>,
  index: IndexHashes,
): Promise<[SplitCase, SplitCase][]> {
  const [train, bench] = sidesOf(cases, parts);
  if (train.length === 0 || bench.length === 0) return [];
  const found = async (
    indexed: readonly SplitCase[],
    asked: readonly SplitCase[],
  ): Promise<[SplitCase, SplitCase][]> => {
    const { nearest } = await index(indexed.map(({ look }) => look));
    const near = await nearest(asked.map(({ look }) => look));
    return asked.flatMap((own, i): [SplitCase, SplitCase][] => {
      const other = indexed[near[i]?.position ?? -1];
      return other ? [[other, own]] : [];
    });
  };
  const back = await found(bench, train);
  return [...(await found(train, bench)), ...back.map(([one, other]): [SplitCase, SplitCase] => [other, one])];
}

/** What belongs together is dealt as one, within its most frequent diagnosis. */
function deal(cases: readonly SplitCase[], ties: Ties, { seed, benchShare }: BenchSplit): Map<string, Part> {
  const together = [...Map.groupBy(cases, ({ id }) => ties.of(id)).values()].map((own) => ({
    own,
    stratum: commonest(own.map(stratumOf)),
    order: dealOrder(seed, own.map(({ id }) => id).toSorted()[0] ?? ''),
  }));
  const strata = [...Map.groupBy(together, ({ stratum }) => stratum)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const dealer = createDealer({ train: 1 - benchShare, validation: 0, test: benchShare });
  const parts = new Map<string, Part>();
  for (const [, groups] of strata) {
    dealer.beginStratum();
    for (const { own } of groups.toSorted((a, b) => (a.order < b.order ? -1 : 1))) {
      const part = dealer.deal(own.length) === 'test' ? 'bench' : 'train';
      for (const { id } of own) parts.set(id, part);
    }
  }
  return new Map(cases.map(({ id }) => [id, parts.get(id) ?? 'train']));
}

interface Ties {
  join(one: string, other: string): void;
  /** The same for all that are tied. */
  of(id: string): string;
}

function createTies(ids: readonly string[]): Ties {
  const parents = new Map(ids.map((id) => [id, id]));
  const of = (id: string): string => {
    let at = id;
    for (let up = parents.get(at) ?? at; up !== at; up = parents.get(at) ?? at) at = up;
    parents.set(id, at);
    return at;
  };
  return {
    of,
    join: (one, other) => {
      const [a, b] = [of(one), of(other)].toSorted();
      if (a !== undefined && b !== undefined && a !== b) parents.set(b, a);
    },
  };
}
