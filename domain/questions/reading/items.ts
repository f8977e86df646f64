/** The words of a passage by what they say: options by name or letter, conditions, hedges, and the words between. */
import type { Malignancy } from '../../cases/case.ts';
import { type AskedQuestion, type PhraseIndex, phraseAt } from './names.ts';
import { announcements, conditionNouns, foreignKind, type WordKind } from './vocabulary.ts';
import type { Break, Word } from './words.ts';

export type Item = {
  /** The first word, as labels are compared. */
  text: string;
  /** What parts it from the item before. */
  before: Break;
  /** Followed by a question mark. */
  questioned: boolean;
} & (
  | { kind: 'name'; options: readonly number[] }
  /** `option`: null for a letter that no option has. */
  | { kind: 'letter'; option: number | null }
  | { kind: 'condition'; condition: Malignancy }
  | { kind: WordKind }
);

export type Claim = Extract<Item, { kind: 'name' | 'letter' }>;

export const isClaim = (item: Item | undefined): item is Claim => item?.kind === 'name' || item?.kind === 'letter';

/** Reads left to right, at each place the longest phrase. A word that is in no list is `unknown`. */
export function itemsOf(words: readonly Word[], { options }: AskedQuestion, index: PhraseIndex): Item[] {
  const items: Item[] = [];
  let claimed = false;
  for (let at = 0; at < words.length; ) {
    const word = words[at];
    if (!word) break;
    const phrase = phraseAt(words, at, index);
    const length = phrase?.words.length ?? 1;
    const isLetter =
      length === 1 && phrase?.meaning.kind !== 'name' && standsAsLetter(words, at, items, claimed, index);
    const found = options.findIndex(({ letter }) => letter === word.raw.toUpperCase());
    const place = {
      text: word.text,
      before: word.before,
      questioned: words[at + length - 1]?.questioned ?? false,
    };
    if (isLetter && (found >= 0 || !claimed)) {
      items.push({ ...place, kind: 'letter', option: found < 0 ? null : found });
    } else if (phrase) {
      items.push({ ...place, ...phrase.meaning });
    } else {
      items.push({ ...place, kind: kindOfWord(word, at) });
    }
    claimed ||= isClaim(items.at(-1));
    at += length;
  }
  return items;
}

function kindOfWord(word: Word, at: number): WordKind {
  if (word.foreign) return foreignKind(word.raw);
  if (/^(?:i|a)$/.test(word.text)) return 'lead';
  return at === 0 && /^\d{1,2}$/.test(word.text) ? 'lead' : 'unknown'; // the number of a list
}

/**
 * Whether a single letter is an option's: "B", "b)", "option B", "B melanoma". Not the article of "a melanoma", the
 * pronoun of "I think", the letter of "vitamin D" and "B-cell".
 */
function standsAsLetter(
  words: readonly Word[],
  at: number,
  items: readonly Item[],
  claimed: boolean,
  index: PhraseIndex,
): boolean {
  const [word, next] = [words[at], words[at + 1]];
  if (!word || !/^[A-Za-z]$/.test(word.raw)) return false;
  const upper = /[A-Z]/.test(word.raw);
  const previous = items.at(-1);
  const opened = word.before !== 'none' || previous === undefined || introduces(previous);
  if (!opened) return false;
  if (next === undefined || next.before !== 'none')
    return upper || at === 0 || word.before !== 'none' || announces(previous) || joins(previous);

  const following = phraseAt(words, at + 1, index);
  const kind = following?.meaning.kind;
  const isWord = /^[AI]$/i.test(word.raw); // of English
  if (kind === 'alternative') return true;
  if (kind === 'name' || kind === 'condition') {
    if (!isWord) return true;
    const after = words[at + 1 + (following?.words.length ?? 0)];
    const noun = after?.before === 'none' && conditionNouns.has(after.text);
    return upper && !claimed && !noun;
  }
  if (!upper || /^[A-Z]$/.test(next.raw)) return upper;
  if (following === undefined) return next.foreign;
  return !isWord || kind === 'negation' || verbs.has(next.text);
}

/** After which "A" is a letter, e.g. "A is correct". */
const verbs: ReadonlySet<string> = new Set(['is', 'because', 'was', 'since', 'and', 'to']);

const introduces = ({ kind, text }: Item): boolean => kind !== 'unknown' || /^\d+$/.test(text);
const announces = (item: Item | undefined): boolean => item !== undefined && announcements.has(item.text);
const joins = (item: Item | undefined): boolean =>
  item !== undefined &&
  (item.kind === 'alternative' || item.kind === 'negation' || item.text === 'and' || item.text === 'is');
