/** A ranked differential in a model's words: its entries from the likeliest on, or that it abstains. */

import { normaliseLabel } from '../../../knowledge/label.ts';
import { diagnosesNamed } from '../../../narratives/blind.ts';
import { diseaseNamed } from '../../../questions/reading/diseases.ts';
import { abstains } from '../../../replies/abstention.ts';
import { withoutThinking } from '../../../replies/thinking.ts';
import { asLines, jsonList } from './lines.ts';

/** An entry's number, however it is written. */
const numbered =
  /^\s*(?:[*_>#-]+\s*)*(?:(?:top|rank|no\.?|nr\.?|differential)\s*[-#]?\s*)?\(?(?:#\s*)?(\d{1,2})\s*[.):、．）:-]\s*(.+)$/iu;
const bulleted = /^\s*[-*•·–]\s+(.+)$/u;
/** Behind the name: a reason or a probability. Brackets stay, since "melanoma (in situ)" is another disease. */
const reason =
  /\s+[-–—]\s|\s*[:：;；]|\s*,\s*(?:because|as|since|given|likely|probability|with\b)|\s+\d{1,3}(?:\.\d+)?\s*%/iu;
const remark =
  /\s*[(（[](?:[^()（）[\]]*\d\s*%[^()（）[\]]*|[A-Z]{2,6}s?|(?:most |very |less )?likely|(?:high|moderate|medium|low)(?: [^()（）[\]]*)?)[)）\]]/g;

/**
 * In the order of the list; at most twenty. Without a list the last line is the one entry. Empty where each entry abstains,
 * or where the text does and its last line names no disease.
 */
export function rankedEntries(output: string): { entries: string[]; abstains: boolean } {
  const text = answerLines(output);
  const listed = lastList(text) ?? jsonList(text);
  const raw = listed ?? (text.trim() === '' ? [] : [lastLine(text)]);
  const declines = listed
    ? listed.every(abstains)
    : raw.some((line) => abstains(line) || (abstains(text) && diagnosesNamed(line).length === 0));
  if (declines) return { entries: [], abstains: true };
  return {
    entries: raw
      .slice(0, 20)
      .map(nameIn)
      .filter((entry) => entry !== ''),
    abstains: false,
  };
}

const answerLines = (output: string): string =>
  asLines(withoutThinking(output).replaceAll(/<\/?(?:final[ _]?diagnosis|diagnosis|answer)>/gi, '\n'));

/**
 * The last run of numbers from 1 on that names a disease, so that next steps in a list are none; reasons may stand between
 * its lines. Else the last such run, or the last run of bullets.
 */
function lastList(text: string): string[] | null {
  const lists: string[][] = [];
  for (const line of text.split('\n')) {
    const [, number, entry] = numbered.exec(line) ?? [];
    const list = lists.at(-1);
    if (number === undefined || entry === undefined) continue;
    if (Number(number) === 1) lists.push([entry]);
    else if (list && Number(number) === list.length + 1) list.push(entry);
  }
  const counted = lists.findLast((list) => list.some(isDisease) || list.every(abstains)) ?? lists.at(-1);
  if (counted) return counted;
  const bullets = text.split('\n').flatMap((line) => bulleted.exec(line)?.[1] ?? []);
  return bullets.length > 0 ? bullets : bareList(text);
}

/** Names alone: the last lines, each of which is a disease, or `psoriasis > eczema`, or behind "Differential:". */
function bareList(text: string): string[] | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const names = lines.slice(lines.findLastIndex((line) => !isDisease(line)) + 1);
  if (names.length > 1) return names;
  const [, list = ''] =
    /^\W*(?:(?:ranked |differential )?(?:differentials?|diagnos[ei]s)\W*:)?(.*)$/iu.exec(lastLine(text)) ?? [];
  const parts = list.split(/\s*[>→]\s*/u);
  const entries = parts.length > 1 || list === lastLine(text) ? parts : list.split(/\s*[,;]\s*/u);
  return entries.length > 1 && entries.every(isDisease) ? entries : null;
}

const isDisease = (entry: string): boolean => diseaseNamed.has(normaliseLabel(nameIn(entry)));

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

const nameIn = (entry: string): string => {
  const plain = entry
    .replaceAll(/[*_`"“”]+/g, '')
    .replace(/^\s*(?:(?:most )?likely |primary |secondary |differential )?(?:diagnosis|disease|condition)\s*:/iu, '')
    .replaceAll(remark, '')
    .trim();
  return (plain.split(reason, 1)[0] ?? '').replace(/[\s.,;]+$/, '');
};
