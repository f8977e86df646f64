/** The data stage's steps over lists, for tests. */
import { tmpdir } from 'node:os';
import { dealCases, type Ties } from '../../activities/datasets/preparation/deal.ts';
import { findLeaks, type KnownTies } from '../../activities/datasets/preparation/leaks.ts';
import { withScratchFolder } from '../../activities/scratch.ts';
import type { Case } from '../../domain/cases/case.ts';
import type { OfficialSplitCount } from '../../domain/cases/data-report.ts';
import type { AuditedPicture, Leak } from '../../domain/cases/leakage.ts';
import type { SplitSettings } from '../../domain/cases/splits.ts';

/** The cases with their splits. */
export async function assignSplits(cases: readonly Case[], settings: SplitSettings, ties: Ties = {}): Promise<Case[]> {
  return (await deal(cases, settings, ties)).cases;
}

export async function deal(
  cases: readonly Case[],
  settings: SplitSettings,
  ties: Ties = {},
): Promise<{ cases: Case[]; officialSplits: OfficialSplitCount }> {
  const { splitOf, officialSplits } = await dealCases(cases, settings, ties);
  return { cases: cases.map((c, at) => ({ ...c, split: splitOf(at) })), officialSplits };
}

export const listLeaks = (
  train: readonly AuditedPicture[],
  test: readonly AuditedPicture[],
  ties: KnownTies = {},
): Promise<Leak[]> =>
  withScratchFolder(tmpdir(), 'leaks', async (folder) => {
    const leaks: Leak[] = [];
    for await (const { leak } of findLeaks(train, test, ties, folder)) leaks.push(leak);
    return leaks;
  });
