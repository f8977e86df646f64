/** The words of a passage by what they say: options by name or letter, conditions, hedges, and the words between. */
import type { Malignancy } from '../../knowledge/malignancy.ts';
import type { AskedQuestion } from './asked.ts';
import { type PhraseIndex, phraseAt } from './names.ts';
import {
  articleFollowers,
  conditionNamed,
  conditionNouns,
  foreignKind,
  lettered,
  type WordKind,
} from './vocabulary.ts';
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
  | { kind: 'disease'; node: string }
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
    } else if (found >= 0 && mayBeLetter(words, at, items, index)) {
      items.push({ ...place, kind: 'letter', option: null });
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
  const previous = items.at(-1);
  if (word.before === 'none' && previous && lettered.has(previous.text)) return false;
  if (word.before === 'none' && previous?.kind === 'unknown') {
    return claimed && /[A-Z]/.test(word.raw) && next?.before !== 'none'; // "melanoma including D"
  }
  if (next?.before !== 'none' || /^[A-Zb-hj-z]$/.test(next.raw)) return true;

  const following = phraseAt(words, at + 1, index);
  if (!/^[AI]$/i.test(word.raw)) return following !== undefined || next.foreign;
  const upper = /[A-Z]/.test(word.raw);
  if (following === undefined) return upper && next.foreign;
  if (['name', 'condition', 'disease'].includes(following.meaning.kind)) {
    if (claimed) return false;
    return conditionNamed.has(following.words.join(' ')) ? !hasNoun(words, at + 1 + following.words.length) : upper;
  }
  return /a/i.test(word.raw) && (upper || !claimed) && !articleFollowers.has(next.text);
}

/** "B irregular border" may name an option or not, and so names none. */
function mayBeLetter(words: readonly Word[], at: number, items: readonly Item[], index: PhraseIndex): boolean {
  const [word, next, previous] = [words[at], words[at + 1], items.at(-1)];
  const opened = word?.before !== 'none' || previous?.kind !== 'unknown';
  if (!word || !next || !opened || !/^[B-HJ-Z]$/.test(word.raw) || next.text === 'cell') return false;
  return next.before === 'none' && !next.foreign && phraseAt(words, at + 1, index) === undefined;
}

/** "a malignant lesion"; "A malignant" names an option and a condition. */
function hasNoun(words: readonly Word[], at: number): boolean {
  const word = words[at];
  return word?.before === 'none' && conditionNouns.has(word.text);
}
