/** How likely a model held each option, where its side tells probabilities of tokens. */
import { z } from 'zod';
import { tags } from '../questions/tags.ts';

/** The letter of the answer, and the log-probability, among the options, of each letter that might have stood there. */
export const optionLogProbsSchema = z.strictObject({
  chosen: z.string(),
  logProbs: z.record(z.string(), z.number()),
});
export type OptionLogProbs = z.infer<typeof optionLogProbsSchema>;

export interface ToldToken {
  text: string;
  /** Log-probabilities of the tokens that might have stood there by their texts, up to a common constant; may lack some. */
  alternatives: readonly (readonly [text: string, logProb: number])[];
}

/** What may stand around a letter in its token. */
const letterPattern = /^([*(]*)([A-Z])([).:*]*)$/;

/** The letter that a token is, and how it is written; null where it is none. */
export function letterOf(text: string): { letter: string; written: (other: string) => string } | null {
  const [, before = '', letter, after = ''] = letterPattern.exec(text.trim()) ?? [];
  return letter === undefined ? null : { letter, written: (other) => `${before}${other}${after}` };
}

/**
 * Reads the token of the answer: the first one of the last final block, or of the whole text where it has no block, if it
 * is the letter of an option. Null where it is another text, e.g. a label, or nothing is told of it.
 */
export function optionLogProbs(tokens: readonly ToldToken[], letters: readonly string[]): OptionLogProbs | null {
  const token = answerToken(tokens);
  const found = token && letterOf(token.text);
  if (!token || !found || !letters.includes(found.letter)) return null;
  const logProbs: Record<string, number> = {};
  for (const letter of letters) {
    const wanted = found.written(letter);
    const own = token.alternatives.filter(([text, logProb]) => text.trim() === wanted && Number.isFinite(logProb));
    // Tokens with and without a space before the letter are one answer.
    if (own.length > 0) logProbs[letter] = logSum(own.map(([, logProb]) => logProb));
  }
  if (!(found.letter in logProbs) || Object.keys(logProbs).length < 2) return null;
  const all = logSum(Object.values(logProbs));
  return {
    chosen: found.letter,
    logProbs: Object.fromEntries(Object.entries(logProbs).map(([letter, own]) => [letter, own - all])),
  };
}

function answerToken(tokens: readonly ToldToken[]): ToldToken | null {
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
