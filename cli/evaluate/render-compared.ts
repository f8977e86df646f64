/** Two evaluations beside each other, as a person reads them in a terminal. */
import pc from 'picocolors';
import type { ChangedItem, EvaluationComparison } from '../../domain/evaluation/comparison.ts';
import { detectableWords, points, pointsRange, pValue } from '../../domain/report/words.ts';
import { renderTable } from '../table.ts';

interface ShownComparison {
  first: string;
  second: string;
  benchmark: string;
  comparison: EvaluationComparison;
}

/** @param count changed items that are shown */
export function renderCompared({ first, second, benchmark, comparison }: ShownComparison, count: number): string {
  const { reader, all, sets, changed, onlyFirst, onlySecond } = comparison;
  const counts = (['lost', 'gained', 'other answer', 'other text'] as const).map(
    (change) => `${changed.filter((item) => item.change === change).length} ${change}`,
  );
  const rows = [
    [
      'all',
      all.items,
      all.groups,
      points(all.difference),
      pointsRange(all),
      pValue(all.p),
      detectableWords(all.detectable),
    ],
    ...(sets.length > 1
      ? sets.map((set) => [
          ...[set.source, set.items, set.groups, points(set.difference), pointsRange(set)],
          ...[pValue(set.correctedP), detectableWords(set.detectable)],
        ])
      : []),
  ].map((row) => row.map(String));
  const lines = [
    `${benchmark}, ${reader} reader: ${second} minus ${first}, in percentage points`,
    renderTable(['set', 'items', 'groups', 'difference', '95 % interval', 'p', 'detectable'], rows),
    ...(onlyFirst + onlySecond > 0
      ? [`not compared: ${onlyFirst} items of the first alone, ${onlySecond} of the second`]
      : []),
    `${changed.length} items with another output: ${counts.join(', ')}`,
    ...changed.slice(0, count).flatMap((item) => ['', ...renderChanged(item, first, second)]),
  ];
  if (changed.length > count) lines.push('', `… and ${changed.length - count} more: --limit, or all of them by --json`);
  return lines.join('\n');
}

const renderChanged = (item: ChangedItem, first: string, second: string): string[] => [
  `${pc.bold(item.id)}  ${item.change}; right is ${item.expected}`,
  ...[[first, item.first] as const, [second, item.second] as const].flatMap(([name, side]) => [
    `  ${side.correct ? pc.green('✓') : pc.red('✗')} ${name}: ${side.predicted ?? 'not read'}`,
    side.output.trim().replaceAll(/^/gm, '      '),
  ]),
];
