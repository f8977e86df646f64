/**
 * Reads an answer. The one implementation behind rewards, evaluation and report, so that a model is never scored by
 * one rule and trained by another. Two readers share one grammar (`reading/passage.ts`).
 */
import type { Malignancy } from '../knowledge/malignancy.ts';
import type { AskedQuestion } from './reading/asked.ts';
import { readLeniently } from './reading/lenient.ts';
import { readerOf, readPassage, unreadablePassages } from './reading/passage.ts';
import { tags } from './tags.ts';

/** Why the strict reader finds no answer. */
export const unreadableForms = [
  'no tags',
  'no final block',
  'open final block',
  'repeated tags',
  'too long',
  ...unreadablePassages,
  'abstained',
] as const;
export type UnreadableForm = (typeof unreadableForms)[number];

export interface Answer {
  /** Eq. 6: exactly `<thinking>…</thinking> <final diagnosis>…</final diagnosis>`, nothing around or between. */
  format: boolean;
  /** Letter of the option that was chosen, null where none can be read without guessing. */
  letter: string | null;
  /** The lesion condition that was stated, null where none was, or not clearly. */
  malignancy: Malignancy | null;
  /** Null where a letter was read. */
  unreadable: UnreadableForm | null;
}

const tagPattern = new RegExp(`</?(?:${Object.values(tags).join('|')})>`, 'gi');
const wholePattern = new RegExp(
  `^\\s*<${tags.thinking}>(.*?)</${tags.thinking}>\\s*<${tags.final}>.*?</${tags.final}>\\s*$`,
  'is',
);
const finalPattern = new RegExp(`<${tags.final}>(.*?)</${tags.final}>`, 'is');

/** In characters: the prompt asks for an option "without reasoning" (P3), and a block that lists much is no answer. */
const longestAnswer = 1000;

/** Eq. 6, as `Answer.format` has it; cheap, since no option is looked for. */
export const keepsForm = (text: string): boolean =>
  (text.match(tagPattern) ?? []).length === 4 && wholePattern.test(text);

/** Strict: for rewards and headline scores. What the one final block says, and nothing outside it. */
export function extractAnswer(text: string, question: AskedQuestion): Answer {
  const found = (text.match(tagPattern) ?? []).map((tag) => tag.toLowerCase());
  const format = keepsForm(text);
  const unread = (unreadable: UnreadableForm): Answer => ({ format, letter: null, malignancy: null, unreadable });

  const blocks = found.filter((tag) => tag === `<${tags.final}>`).length;
  if (found.length === 0) return unread('no tags');
  if (blocks === 0) return unread('no final block');
  if (blocks > 1) return unread('repeated tags');
  const content = finalPattern.exec(text)?.[1];
  if (content === undefined) return unread('open final block');
  if (content.search(tagPattern) >= 0) return unread('repeated tags');
  if (content.length > longestAnswer) return unread('too long');
  return { format, ...readPassage(content, readerOf(question)) };
}

/**
 * Lenient: for models that were never taught the tags, as the paper extracts its baselines' answers (section 4.1).
 * Where the strict reader finds an option, this one finds the same.
 */
export function extractLeniently(text: string, question: AskedQuestion): Answer {
  const strict = extractAnswer(text, question);
  if (strict.letter !== null) return strict;
  return { format: strict.format, ...readLeniently(text, readerOf(question)) };
}

/** Whether the thinking block of an output in the right form holds a word. */
export const hasThinking = (text: string): boolean => /[\p{L}\p{N}]/u.test(wholePattern.exec(text)?.[1] ?? '');
