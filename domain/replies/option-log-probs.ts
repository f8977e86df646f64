/** How likely a model held each option, where its side returns probabilities of tokens. */
import { z } from 'zod';
import { tags } from '../questions/tags.ts';

/** The letter of the answer, and the log-probability, among the options, of each letter that might have stood there. */
export const optionLogProbsSchema = z.strictObject({
  chosen: z.string(),
  logProbs: z.record(z.string(), z.number()),
});
export type OptionLogProbs = z.infer<typeof optionLogProbsSchema>;

export interface TokenLogProbs {
  text: string;
  /** Log-probabilities of the tokens that might have stood there by their texts, up to a common constant; may lack some. */
  alternatives: readonly (readonly [text: string, logProb: number])[];
}

/** As an item offers it. */
export interface OfferedOption {
  letter: string;
  label: string;
}

/** What may stand around a letter in its token. */
const letterPattern = /^[*(]*([A-Z])[).:*]*$/;

/**
 * Reads the token with which the answer begins: the first one of the last final block, or of the whole text where it has
 * no block. It is the letter of an option, or the start of the label of one option alone, and so are its alternatives.
 * Null where it is another text, where it might begin several labels, or where nothing is known of it.
 */
export function optionLogProbs(
  tokens: readonly TokenLogProbs[],
  options: readonly OfferedOption[],
): OptionLogProbs | null {
  const token = answerToken(tokens);
  if (!token) return null;
  const byLetter = letterPattern.test(token.text.trim()) && options.some(({ letter }) => token.text.includes(letter));
  const meant = byLetter ? lettersOf : labelsOf;
  const [chosen, ...more] = meant(token.text, options);
  if (chosen === undefined || more.length > 0) return null;
  const logProbsOf = new Map<string, number[]>();
  for (const [text, logProb] of token.alternatives) {
    const [letter, ...others] = meant(text, options);
    if (letter === undefined || !Number.isFinite(logProb)) continue;
    // How much of it is whose, nobody knows.
    if (others.length > 0) return null;
    // Tokens with and without a space, or a capital, are one answer.
    logProbsOf.set(letter, [...(logProbsOf.get(letter) ?? []), logProb]);
  }
  if (!logProbsOf.has(chosen) || logProbsOf.size < 2) return null;
  const own = [...logProbsOf].map(([letter, values]) => [letter, logSum(values)] as const);
  const all = logSum(own.map(([, value]) => value));
  return { chosen, logProbs: Object.fromEntries(own.map(([letter, value]) => [letter, value - all])) };
}

function lettersOf(text: string, options: readonly OfferedOption[]): string[] {
  const letter = letterPattern.exec(text.trim())?.[1];
  return options.flatMap((option) => (option.letter === letter ? [letter] : []));
}

function labelsOf(text: string, options: readonly OfferedOption[]): string[] {
  const begin = text.trim().toLowerCase();
  return begin === ''
    ? []
    : options.flatMap(({ letter, label }) => (label.toLowerCase().startsWith(begin) ? [letter] : []));
}

function answerToken(tokens: readonly TokenLogProbs[]): TokenLogProbs | null {
  const text = tokens.map((token) => token.text).join('');
  const open = `<${tags.final}>`;
  const at = text.toLowerCase().lastIndexOf(open);
  let from = at < 0 ? 0 : at + open.length;
  // Tags of another kind are no answer.
  if (at < 0 && text.includes('<')) return null;
  for (const token of tokens) {
    if (from <= 0 && token.text.trim() !== '') return token;
    from -= token.text.length;
  }
  return null;
}

function logSum(values: readonly number[]): number {
  const highest = Math.max(...values);
  return highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0));
}
