/** What the data of a run are: counts by split, the leaks that were found, and the distance to the paper's numbers. */
import type { Malignancy } from '../knowledge/malignancy.ts';
import { type Case, type Split, splits } from './case.ts';
import type { FunnelStep } from './dermnet-filter.ts';
import { type LeakAudit, type LeakKind, leakKinds } from './leakage.ts';
import type { Disagreement } from './official.ts';

/** Cases by value of a field and by split. */
type SplitTable = Record<string, Record<Split, number>>;

/** A set beside its size in the paper; null where the paper's is not known. */
interface PaperRow {
  source: string;
  train: number;
  test: number;
  paperTrain: number | null;
  paperTest: number | null;
}

interface DataReport {
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

interface OodCount {
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

interface DisagreementCount {
  add(found: Disagreement): void;
  counts(): OfficialSplitCount;
}

export function createDisagreementCount(): DisagreementCount {
  const count: OfficialSplitCount = { disagreements: 0, to: {}, examples: [] };
  return {
    add: (found) => {
      count.disagreements += 1;
      count.to[found.to] = (count.to[found.to] ?? 0) + 1;
      if (count.examples.length < listed) count.examples.push(found);
    },
    counts: () => count,
  };
}

interface OodTally {
  /** An item, how it was known, if it was, and whether it stays. */
  add(item: { source: string }, leak: LeakKind | null, kept: boolean): void;
  counts(): Record<string, OodCount>;
}

/** By set, what was found of its items and what was kept. */
export function createOodTally(): OodTally {
  const sets: Record<string, OodCount> = {};
  // One entry per kind, so the record is complete.
  const none = (): OodCount['known'] => Object.fromEntries(leakKinds.map((kind) => [kind, 0])) as OodCount['known'];
  return {
    add: ({ source }, leak, kept) => {
      const own = sets[source] ?? { items: 0, kept: 0, known: none() };
      sets[source] = own;
      own.items += 1;
      if (kept) own.kept += 1;
      if (leak) own.known[leak] += 1;
    },
    counts: () => sets,
  };
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

const tabulated = ['source', 'diagnosis', 'malignancy', 'modality'] as const;

export interface CaseTally {
  add(c: Case): void;
  /** Sizes of the splits. */
  splits(): Record<Split, number>;
  /** Cases by the value of a field and by split, in the order of the names. */
  by(field: (typeof tabulated)[number]): SplitTable;
  /** Of the first case of a diagnosis. */
  malignancyOf(diagnosis: string): Malignancy | undefined;
}

export const noCases = (): Record<Split, number> => ({ train: 0, validation: 0, test: 0 });

export function createCaseTally(): CaseTally {
  const all = noCases();
  const tables = { source: newTable(), diagnosis: newTable(), malignancy: newTable(), modality: newTable() };
  const malignancies = new Map<string, Malignancy>();
  return {
    add: (c) => {
      for (const field of tabulated) countSplit(tables[field], c[field], c.split);
      if (!malignancies.has(c.diagnosis)) malignancies.set(c.diagnosis, c.malignancy);
      if (c.split) all[c.split] += 1;
    },
    splits: () => all,
    by: (field) => Object.fromEntries([...tables[field]].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    malignancyOf: (diagnosis) => malignancies.get(diagnosis),
  };
}

const newTable = (): Map<string, Record<Split, number>> => new Map();

function countSplit(table: Map<string, Record<Split, number>>, value: string, split: Split | undefined): void {
  const row = table.get(value) ?? noCases();
  table.set(value, row);
  if (split) row[split] += 1;
}

/** All cases of a row. */
export const sizeOf = (row: Record<Split, number>): number => splits.reduce((sum, split) => sum + row[split], 0);

/** The paper's six sets, those that are absent with zeros, and the total. Its sets' training sizes are not known. */
function compareWithPaper(bySource: SplitTable): PaperRow[] {
  const rows = Object.entries(paperTestSizes).map(([source, paperTest]) => {
    const { train = 0, test = 0 } = bySource[source] ?? {};
    return { source, train, test, paperTrain: null, paperTest };
  });
  const sum = (split: 'train' | 'test'): number => rows.reduce((total, row) => total + row[split], 0);
  const total = { train: sum('train'), test: sum('test'), paperTrain: paperTotals.train, paperTest: paperTotals.test };
  return [...rows, { source: 'all six', ...total }];
}

interface DataFindings extends Pick<DataReport, 'malignantLeftOut' | 'ood' | 'officialSplits' | 'leaks' | 'funnel'> {
  cases: CaseTally;
}

export function describeData({ cases, ...findings }: DataFindings): DataReport {
  return {
    source: cases.by('source'),
    diagnosis: cases.by('diagnosis'),
    malignancy: cases.by('malignancy'),
    modality: cases.by('modality'),
    ...findings,
    paper: compareWithPaper(cases.by('source')),
  };
}
