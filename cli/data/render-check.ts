/** The lines of `dermflow data check`; what is left out and names a malignant disease comes first, and whole. */
import type { Check } from '../../activities/datasets/import/check.ts';
import { leftOutWords } from '../../activities/datasets/import/first-pass.ts';

/** How many lines of each kind are printed; the rest is one line with its count. */
const listed = 20;

export function renderCheck(check: Check): string[] {
  const { rows, records, repeated, counts, classes, groups, leftOut, notes } = check;
  const leftOutRows = leftOut.reduce((sum, { count }) => sum + count, 0);
  const parts = [
    `${records} used`,
    `${leftOutRows} left out`,
    ...(repeated > 0 ? [`${repeated} of one image twice`] : []),
  ];
  const { diagnosis: _, officialSplit: splits, ...tables } = counts;
  const [malignant, others] = [leftOut.filter((lost) => lost.malignant), leftOut.filter((lost) => !lost.malignant)];
  return [
    ...malignant.map(leftOutWords),
    line('rows', `${rows} read: ${parts.join(', ')}`),
    line('records', String(records)),
    line('groups', inWords(groups)),
    ...Object.entries(tables).map(([field, byValue]) => line(field, inWords(byValue))),
    line('split', inWords(splits ?? {})),
    ...lines(
      'diagnosis',
      Object.entries(classes).map(([name, bySplit]) => ({ text: classLine(name, bySplit), count: sum(bySplit) })),
    ),
    ...lines(
      'absent images',
      [{ text: `${check.absentImages}, e.g. ${check.absent[0]}`, count: check.absentImages }].filter(
        ({ count }) => count > 0,
      ),
    ),
    ...lines(
      'no images',
      [{ text: `${check.unusableImages}, e.g. ${check.unusable[0]}`, count: check.unusableImages }].filter(
        ({ count }) => count > 0,
      ),
    ),
    ...lines(
      'left out',
      others.map(({ reason, detail, count, near }) => ({
        text: `${count}: ${reason} ${detail}`.trimEnd() + (near ? ` (near: ${near.join(', ')})` : ''),
        count,
      })),
    ),
    ...notes.map((note) => line('note', note)),
  ];
}

const line = (title: string, text: string): string => `${title.padEnd(13)} ${text}`;

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);

const inWords = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'none';

function classLine(name: string, bySplit: Record<string, number>): string {
  const isSplit = Object.keys(bySplit).some((split) => split !== 'none');
  return `${name} ${sum(bySplit)}${isSplit ? ` (${inWords(bySplit)})` : ''}`;
}

/** One line each; the rest is counted. */
function lines(title: string, entries: readonly { text: string; count: number }[]): string[] {
  const shown = entries.slice(0, listed);
  const rest = entries.slice(listed);
  const count = rest.reduce((total, entry) => total + entry.count, 0);
  return [
    ...shown.map(({ text }) => line(title, text)),
    ...(rest.length > 0 ? [line(title, `… and ${rest.length} more, ${count} rows`)] : []),
  ];
}
