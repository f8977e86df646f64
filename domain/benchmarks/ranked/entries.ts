/** A ranked differential in a model's words: its entries from the likeliest on, or that it abstains. */
import { diagnosesNamed } from '../../narratives/blind.ts';
import { abstains } from '../../replies/abstention.ts';
import { withoutThinking } from '../../replies/thinking.ts';

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
  const text = afterThinking(output);
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

const afterThinking = (output: string): string =>
  withoutThinking(output).replaceAll(/<\/?(?:final[ _]?diagnosis|diagnosis|answer)>/gi, '\n');

/** The last run of numbers from 1 on; reasons may stand between them. Else the last run of bullets. */
function lastList(text: string): string[] | null {
  let list: string[] = [];
  let last: string[] | null = null;
  for (const line of text.split('\n')) {
    const [, number, entry] = numbered.exec(line) ?? [];
    if (number === undefined || entry === undefined) continue;
    if (Number(number) === 1) list = [entry];
    else if (Number(number) === list.length + 1) list.push(entry);
    else continue;
    last = list;
  }
  if (last) return last;
  const bullets = text.split('\n').flatMap((line) => bulleted.exec(line)?.[1] ?? []);
  return bullets.length > 0 ? bullets : null;
}

function jsonList(text: string): string[] | null {
  const inside = /\[[^[\]]*\]/.exec(text)?.[0];
  if (inside === undefined) return null;
  try {
    const list: unknown = JSON.parse(inside);
    return Array.isArray(list) && list.length > 0 && list.every((each) => typeof each === 'string') ? list : null;
  } catch {
    return null;
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

const nameIn = (entry: string): string => {
  const plain = entry
    .replaceAll(/[*_`"“”]+/g, '')
    .replaceAll(remark, '')
    .trim();
  return (plain.split(reason, 1)[0] ?? '').replace(/[\s.,;]+$/, '');
};
