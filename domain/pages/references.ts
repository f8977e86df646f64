/** References that every page should have, and why one of them has not: an absent row is no row of zeros. */
import type { BenchmarkSummary } from '../benchmarks/summaries/summary.ts';
import { probes } from '../probes/probe.ts';
import type { RowKind } from './evaluation-page.ts';

interface Row {
  label: string;
  kind: RowKind;
  summary: Pick<BenchmarkSummary, 'classes'>;
  remark?: string;
}

/** A sentence for each reference without a row. */
export function absentReferences(rows: readonly Row[]): string[] {
  const rules = rows.filter(({ kind }) => kind === 'rule');
  const isOpen = rows.every(({ summary }) => summary.classes === null);
  const reason = isOpen
    ? 'its items have no options to choose from'
    : 'the store has no such row for these very items; “dermflow evaluate” on them makes one, or says why it cannot';
  return probes
    .filter(({ title }) => !rules.some(({ label }) => label.startsWith(`${title}, `)))
    .map(({ title }) => `${title}: absent: ${reason}.`);
}

/** What is to be known of rows, by their labels. */
export const rowRemarks = (rows: readonly Row[]): string[] =>
  rows.flatMap(({ label, remark }) => (remark === undefined ? [] : [`${label}: ${remark}.`]));
