/**
 * The answer of an output that lacks the tags, by the same grammar: the answer extraction that the paper gives its
 * baselines (section 4.1). It looks where models put their answer; a list of options or two answers are none.
 */
import { type Item, isClaim } from './items.ts';
import { type PassageReading, passageItems, type Reader, readPassage, readPassageItems } from './passage.ts';
import { announcements } from './vocabulary.ts';
import { decodeEntities } from './words.ts';

const blockTag = /<(\/?)(final[ _-]?(?:diagnosis|answer)|diagnosis|answer)>/gi;
const thinkingEnd = /<\/think(?:ing)?>/gi;
const thinkingStart = /<think(?:ing)?>/gi;

/** In characters, from the end, where the answer stands: many times what a model writes. */
const longestRead = 100_000;

/** Blocks under whatever tag, else what is said in prose after the reasoning. */
export function readLeniently(output: string, reader: Reader): PassageReading {
  const text = decodeEntities(output.slice(-longestRead));
  const blocks = blocksOf(text);
  if (blocks.length > 0) return agreed(blocks.map((block) => readProse(block, reader)));
  return readProse(afterThinking(text), reader, isCutOff(text));
}

/** Contents of the outermost blocks; the last may be left open, as where the output was cut off. */
function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let start: number | null = null;
  for (const match of text.matchAll(blockTag)) {
    if (start !== null) blocks.push(text.slice(start, match.index));
    start = match[1] === '/' ? null : match.index + match[0].length;
  }
  if (start !== null) blocks.push(text.slice(start));
  return blocks.filter((block) => /[\p{L}\p{N}]/u.test(block));
}

/** Whether the reasoning was begun and not ended: what is named in it last need not be the conclusion. */
const isCutOff = (text: string): boolean => {
  const last = (tag: RegExp): number => [...text.matchAll(tag)].at(-1)?.index ?? -1;
  return last(thinkingStart) > last(thinkingEnd);
};

const afterThinking = (text: string): string => {
  const end = [...text.matchAll(thinkingEnd)].at(-1);
  return (end ? text.slice(end.index + end[0].length) : text).replaceAll(thinkingStart, ' ');
};

function agreed(readings: readonly PassageReading[]): PassageReading {
  const [first] = readings;
  const answers = readings.filter((reading) => reading.letter !== null);
  const [answer] = answers;
  if (!first || !answer) return first ?? { letter: null, malignancy: null, unreadable: 'empty' };
  if (answers.some(({ letter }) => letter !== answer.letter))
    return { letter: null, malignancy: null, unreadable: 'several options' };
  const conditions = new Set(answers.map(({ malignancy }) => malignancy).filter((malignancy) => malignancy !== null));
  const [malignancy = null] = conditions.size === 1 ? conditions : [];
  return { letter: answer.letter, malignancy, unreadable: null };
}

/**
 * The whole, if it is one clear answer. Else, of a longer text, its last line, the sentence of its last announcement
 * ("the final answer is …") or its first line, whichever is one. Of reasoning that was cut off neither the first line nor
 * what is named without an announcement.
 */
function readProse(text: string, reader: Reader, cutOff = false): PassageReading {
  const items = passageItems(text, reader);
  const whole = readPassageItems(items, reader);
  if (whole.letter !== null) return whole;
  const announced = lastAnnounced(items);
  const ends = endLines(text, reader);
  const passages = [
    ...(ends ? [ends.last] : []),
    ...(announced ? [readPassageItems(announced.toEnd, reader), readPassageItems(announced.sentence, reader)] : []),
    ...(announced || !ends || cutOff ? [] : [ends.first]),
    ...(announced || cutOff ? [] : [onlyOneNamed(items, reader)]),
  ];
  return passages.find(({ letter }) => letter !== null) ?? whole;
}

/** What the first and the last line say; null for one line, and where lines list several options. */
function endLines(text: string, reader: Reader): { first: PassageReading; last: PassageReading } | null {
  const lines = text.split(/\r?\n/).filter((line) => /[\p{L}\p{N}]/u.test(line));
  const ends = lines.filter((line) => !/^\W*(?:the )?differential/i.test(line)); // what else it may be
  const [first, last] = [ends[0], ends.at(-1)];
  if (first === undefined || last === undefined || lines.length < 2) return null;
  const listed = ends.flatMap((line): readonly (number | string | null)[] => {
    const [item, ...others] = passageItems(line, reader).filter(({ kind }) => kind !== 'lead' && kind !== 'condition');
    if (item?.kind === 'letter') return [item.option];
    if (others.length > 0) return [];
    return item?.kind === 'disease' ? [item.node] : item?.kind === 'name' ? item.options : [];
  });
  if (new Set(listed).size > 1) return null;
  return { first: readPassage(first, reader), last: readPassage(last, reader) };
}

/** From the last announcement that an option follows, to the end of the text and to that of its sentence. */
function lastAnnounced(items: readonly Item[]): { toEnd: Item[]; sentence: Item[] } | null {
  let open: number | null = null;
  let found: { start: number; claim: number } | null = null;
  for (const [i, item] of items.entries()) {
    if (isClaim(item)) {
      if (open !== null) found = { start: open, claim: i };
      open = null;
    } else if (item.kind === 'lead' && announcements.has(item.text) && !isMention(items, i)) open ??= i;
    else if (item.kind === 'unknown') open = null;
    if (item.questioned) open = null;
  }
  if (!found) return null;
  const { start, claim } = found;
  const next = items[claim + 1];
  const from = isClaim(next) ? claim + 2 : claim + 1; // "B. melanoma" is one
  const end = items.findIndex((item, i) => i >= from && item.before === 'sentence');
  return { toEnd: items.slice(start), sentence: items.slice(start, end < 0 ? undefined : end) };
}

/** "Option A would be paler", "option A: …" speaks of an option and announces none; "the best option A" does. */
function isMention(items: readonly Item[], at: number): boolean {
  const [before, item, next] = [items[at - 1], items[at], items[at + 1]];
  if (item?.text !== 'option' && item?.text !== 'choice') return false;
  const chosen = item.before === 'none' && before !== undefined && choosing.has(before.text);
  return next?.kind === 'letter' && !chosen;
}

const choosing: ReadonlySet<string> = new Set(['final', 'correct', 'best', 'right', 'single', 'my', 'our', 'chosen']);

/**
 * Prose that names one option and no other, without an announcement: "The image shows a dark melanoma of the arm". A word
 * right behind the name may make it another's: "lentigo maligna", "melanoma in situ".
 */
function onlyOneNamed(items: readonly Item[], reader: Reader): PassageReading {
  const first = items.findIndex((item) => isClaim(item) || item.kind === 'disease');
  const start = items.findLastIndex(
    (item, i) => i <= first && (item.before === 'clause' || item.before === 'sentence'),
  );
  const named = first < 0 ? [] : items.slice(Math.max(0, start));
  const known = named.map((item, i) => {
    const plain = item.kind === 'unknown' && !isClaim(named[i - 1]) && !item.text.startsWith('metasta');
    return plain ? { ...item, kind: 'lead' as const } : item;
  });
  return readPassageItems(known, reader);
}
