/** What the data of a run are: counts by split, the leaks that were found, and the distance to the paper's numbers. */
import type { Case, Split } from './case.ts';
import type { FunnelStep } from './dermnet-filter.ts';
import { type Leak, type LeakAudit, type LeakKind, leakKinds } from './leakage.ts';
import type { Disagreement } from './official.ts';

/** Cases by value of a field and by split. */
export type SplitTable = Record<string, Record<Split, number>>;

/** A set beside its size in the paper; null where the paper's is not known. */
export interface PaperRow {
  source: string;
  train: number;
  test: number;
  paperTrain: number | null;
  paperTest: number | null;
}

export interface DataReport {
  /** By adapter: rows that became no case although their labels name a malignant disease. */
  malignantLeftOut: Record<string, { reason: string; detail: string; count: number }[]>;
  source: SplitTable;
  diagnosis: SplitTable;
  malignancy: SplitTable;
  modality: SplitTable;
  /** Out-of-distribution items by set. */
  ood: Record<string, OodCount>;
  /** Patients, lesions or pictures that sets place officially on different sides. */
  officialSplits: OfficialSplitCount;
  leaks: { test: LeakAudit; ood: LeakAudit };
  /** What was left of DermNet after each step of its filter; empty without it. */
  funnel: FunnelStep[];
  paper: PaperRow[];
}

export interface OodCount {
  items: number;
  kept: number;
  /** Of all items, those that are pictures of a set of the run or show a lesion or patient that is known from one. */
  known: Record<LeakKind, number>;
}

export interface OfficialSplitCount {
  disagreements: number;
  /** Of these, the groups that went to each side. */
  to: Record<string, number>;
  /** The first hundred. */
  examples: Disagreement[];
}

const listed = 100;

export const countDisagreements = (found: readonly Disagreement[]): OfficialSplitCount => ({
  disagreements: found.length,
  to: Object.fromEntries([...Map.groupBy(found, ({ to }) => to)].map(([to, group]) => [to, group.length])),
  examples: found.slice(0, listed),
});

/** By set, what was found of its items and what was kept. */
export function countOod(
  items: readonly { source: string }[],
  kept: readonly { source: string }[],
  leaks: readonly Leak[],
): Record<string, OodCount> {
  const [keptOf, leaksOf] = [Map.groupBy(kept, (item) => item.source), Map.groupBy(leaks, ({ test }) => test.source)];
  return Object.fromEntries(
    [...Map.groupBy(items, (item) => item.source)].map(([source, of]) => {
      const count = (kind: LeakKind): number => (leaksOf.get(source) ?? []).filter((leak) => leak.kind === kind).length;
      // One entry a kind, so the record is complete.
      const known = Object.fromEntries(leakKinds.map((kind) => [kind, count(kind)])) as Record<LeakKind, number>;
      return [source, { items: of.length, kept: keptOf.get(source)?.length ?? 0, known }];
    }),
  );
}

/** Test sizes of Tables 2 to 5 and the totals of App. A. */
const paperTestSizes: Readonly<Record<string, number>> = {
  bcn20000: 2484,
  ham10000: 1511,
  'pad-ufes-20': 461,
  derm12345: 2485,
  derm7pt: 773,
  dermnet: 676,
};
const paperTotals = { train: 26_507, test: 8_390 };

/** Cases by the value of `field` and by split, in the order of the names. */
export function tabulate(
  cases: readonly Case[],
  field: 'source' | 'diagnosis' | 'malignancy' | 'modality',
): SplitTable {
  const groups = [...Map.groupBy(cases, (c) => c[field])].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(groups.map(([value, group]) => [value, countSplits(group)]));
}

/** Sizes of the splits. */
export function countSplits(cases: readonly Case[]): Record<Split, number> {
  const count = (split: Split): number => cases.filter((c) => c.split === split).length;
  return { train: count('train'), validation: count('validation'), test: count('test') };
}

/** The paper's six sets, those that are absent with zeros, and the total. Its sets' training sizes are not known. */
export function compareWithPaper(cases: readonly Case[]): PaperRow[] {
  const bySource = tabulate(cases, 'source');
  const rows = Object.entries(paperTestSizes).map(([source, paperTest]) => {
    const { train = 0, test = 0 } = bySource[source] ?? {};
    return { source, train, test, paperTrain: null, paperTest };
  });
  const sum = (split: 'train' | 'test'): number => rows.reduce((total, row) => total + row[split], 0);
  const total = { train: sum('train'), test: sum('test'), paperTrain: paperTotals.train, paperTest: paperTotals.test };
  return [...rows, { source: 'all six', ...total }];
}

export interface DataFindings
  extends Pick<DataReport, 'malignantLeftOut' | 'ood' | 'officialSplits' | 'leaks' | 'funnel'> {
  cases: readonly Case[];
}

export function describeData({ cases, ...findings }: DataFindings): DataReport {
  return {
    source: tabulate(cases, 'source'),
    diagnosis: tabulate(cases, 'diagnosis'),
    malignancy: tabulate(cases, 'malignancy'),
    modality: tabulate(cases, 'modality'),
    ...findings,
    paper: compareWithPaper(cases),
  };
}
