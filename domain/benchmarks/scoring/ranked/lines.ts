/** A ranked list as lines of one form, `1. name`, whatever its model made it of: a table, HTML, JSON, ordinals, one line. */
import { parseReplyJson } from '../../../replies/json.ts';

const ordinals: Readonly<Record<string, number>> = {
  ...{ 'most likely': 1, first: 1, '1st': 1, second: 2, '2nd': 2, third: 3, '3rd': 3 },
  ...{ i: 1, ii: 2, iii: 3 },
};
const ordinal =
  /^([\s*_>#-]*)(?:(most likely|first|second|third|1st|2nd|3rd)(?: most likely)?(?: diagnosis| choice)?[*_]*\s*[:.)-]|(i{1,3})[.)])(?=\s*\S)/gimu;
/** `1. Psoriasis, 2. Eczema` */
const behindAnother = /[,;]?[^\S\n]+(?=\(?[2-9][.)][^\S\n]+\p{L})/gu;

export function asLines(text: string): string {
  const plain = text
    .replaceAll(/(\d)\ufe0f?\u20e3/gu, '$1.')
    .replaceAll(/[①-⑨]/gu, (circled) => `${circled.normalize('NFKC')}.`)
    .normalize('NFKC')
    .replaceAll(/<li\b[^>]*>/gi, '\n- ')
    .replaceAll(/<\/?(?:li|ol|ul)\b[^>]*>/gi, '\n')
    .replaceAll(/^([\s*_>]*)#(\d)\s+(?=\p{L})/gmu, '$1$2. ')
    .replaceAll(
      ordinal,
      (_, before: string, word = '', roman = '') => `${before}${ordinals[(word || roman).toLowerCase()]}. `,
    );
  const lines = plain
    .split('\n')
    .map((line) => (/^[\s*_>]*\(?1[.)]\s/.test(line) ? line.replaceAll(behindAnother, '\n') : line));
  return withoutTables(lines).join('\n');
}

/** The column of the diagnosis, else the first that is no number; a rule stands below the head. */
function withoutTables(lines: readonly string[]): string[] {
  const cellsOf = (line = ''): string[] => (/^\s*\|.*\|\s*$/.test(line) ? line.trim().slice(1, -1).split('|') : []);
  const isRule = (line = ''): boolean => /^[\s|:-]*-[\s|:-]*$/.test(line) && line.includes('|');
  let column = -1;
  let rank = 0;
  return lines.flatMap((line, i) => {
    const cells = cellsOf(line);
    if (cells.length < 2) return [line];
    if (isRule(line)) return [];
    if (isRule(lines[i + 1])) {
      column = cells.findIndex((cell) => /diagnos|disease|condition|entity/i.test(cell));
      rank = 0;
      return [];
    }
    rank += 1;
    const name = cells[column] ?? cells.find((cell) => /\p{L}/u.test(cell)) ?? '';
    return [`${rank}. ${name.trim()}`];
  });
}

const nameFields = /^(?:name|diagnosis|disease|condition|label)$/i;

/** The last list in JSON, of names or of objects that have them; null without one. */
export function jsonList(text: string): string[] | null {
  return (
    [...text.matchAll(/\[[^[\]]*\]/g)].map(([inside]) => namesIn(inside)).findLast((names) => names !== null) ?? null
  );
}

function namesIn(inside: string): string[] | null {
  try {
    const list: unknown = parseReplyJson(inside);
    if (!Array.isArray(list)) return null;
    const names = list.map((each: unknown) =>
      typeof each === 'object' && each !== null
        ? Object.entries(each).find(([field]) => nameFields.test(field))?.[1]
        : each,
    );
    return names.every((name) => typeof name === 'string') && names.length > 0 ? names : null;
  } catch {
    return null;
  }
}
