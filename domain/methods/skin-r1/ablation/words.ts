/** The ablations' numbers as cells of tables, for terminals, Markdown and pages alike. */

import type { Estimate } from '../../../ablations/over-seeds.ts';
import type { CheckedRelation } from '../../../published/relations.ts';
import { percent, points, pointsRange, pValue, taskTitles } from '../../../report/words.ts';
import type { Ablations } from './ablations.ts';
import type { AblationRow } from './table.ts';

export const resultHead = [
  ...['Model', 'Measure', 'Paper', 'Ours', '95 % interval', 'Difference'],
  ...['Strict', 'Lenient', 'Unreadable', 'Grey image', 'Comparable'],
] as const;

/** @param reasons as the reader finds them below, e.g. `no: 1, 2` */
export function resultCells(row: AblationRow, reasons: (own: readonly string[]) => string): string[] {
  const { measure, paper, strict, lenient, unread, grey } = row;
  const ours = (paper?.reader === 'lenient' ? lenient : null) ?? strict;
  const written = (value: number): string => (measure === 'accuracy' ? percent(value) : value.toFixed(3));
  const maybe = (estimate: Estimate | null): string => (estimate ? written(estimate.value) : '–');
  const signed = (difference: number): string =>
    measure === 'accuracy' ? points(difference) : `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(3)}`;
  return [
    ...[row.title, measure === 'accuracy' ? 'accuracy' : 'macro-F1', paper ? written(paper.value) : '–'],
    ...[written(ours.value), rangeOf(ours, written), paper ? signed(paper.difference) : '–'],
    ...[maybe(strict), maybe(lenient), percent(unread), maybe(grey), paper ? reasons(row.notComparable) : '–'],
  ];
}

const rangeOf = ({ low, high }: Estimate, written: (value: number) => string): string =>
  low === null || high === null ? '–' : `${written(low).replace(' %', '')} to ${written(high)}`;

export const claimRowHead = ['Claim', 'Benchmark', 'Standing', 'Difference', '95 % interval', 'p', 'Seed', 'Step'];

/** `p` is corrected for all claims that were tested with the seed. */
export const claimRows = ({ claims }: Ablations): string[][] =>
  claims.flatMap(({ seed, step, claims: own }) =>
    own.map((claim) => [
      `${claim.headline === null ? '' : `${claim.headline}: `}${names[claim.better]} above ${names[claim.than]}`,
      ...[claim.benchmark, claim.standing, ...testCells(claim), String(seed), step === null ? '–' : String(step)],
    ]),
  );

/** In percentage points. */
const testCells = ({ test, correctedP }: CheckedRelation): string[] =>
  test && correctedP !== null ? [points(test.difference), pointsRange(test), pValue(correctedP)] : ['–', '–', '–'];

const names: Record<CheckedRelation['better'], string> = {
  base: 'the base model',
  sft: 'SFT',
  'rl-only': 'RL without SFT',
  grpo: 'SFT + GRPO',
  'flat-reward': 'the flat reward',
};

/** Said below the tables: what an interval is, what the paper does not print. */
export function notesOn({ runs, rows }: Ablations): string[] {
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  const targeted = rows.some(({ task }) => task === 'ddx' || task === 'hierarchical');
  return [
    seeds === 1
      ? 'Intervals are by patients, of one seed: they say nothing of how training varies.'
      : `Means of ${seeds} seeds with Student's interval over them; ablations.json has each seed's own.`,
    'Ours stands beside the paper by the reader of its row: the lenient one for the base model, the strict one for what was trained on the tags.',
    ...(targeted
      ? [`${taskTitles.ddx} and ${taskTitles.hierarchical} are the tests of Fig. 3, which prints no numbers.`]
      : []),
    'RL without SFT stands beside one row of the paper at every step, since the paper does not state its step; the flat reward has no row there.',
  ];
}
