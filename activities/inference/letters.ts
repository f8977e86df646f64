/** Which tokens are the letters of options, and the scores that they had where one of them was chosen. */
import type { Tokenizer } from '@huggingface/tokenizers';
import { type OptionLogProbs, optionLogProbs } from '../../domain/answers/option-log-probs.ts';
import type { AskedRow } from '../ports/model-runner.ts';

const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
/** How a letter may stand in one token. */
const forms = ['', ' '].flatMap((before) =>
  ['', ':', '.', ')', ' ('].flatMap((around) => (around === ' (' ? [`${before}(X`] : [`${before}X${around}`])),
);

/** By the token of a letter those of all letters in the same form, with their texts. */
export type LetterTokens = ReadonlyMap<number, readonly (readonly [token: number, text: string])[]>;

export function letterTokens(tokenizer: Tokenizer): LetterTokens {
  const found = new Map<number, readonly (readonly [number, string])[]>();
  for (const form of forms) {
    const family = alphabet.flatMap((letter): (readonly [number, string])[] => {
      const { ids } = tokenizer.encode(form.replace('X', letter), { add_special_tokens: false });
      const [token] = ids;
      // A token that stands for what the tokenizer does not know is no letter.
      if (ids.length !== 1 || token === undefined) return [];
      const text = tokenizer.decode([token]);
      return text.includes(letter) ? [[token, text]] : [];
    });
    for (const [token] of family) if (!found.has(token)) found.set(token, family);
  }
  return found;
}

export function createLetterWatch(rows: readonly AskedRow[], letters: LetterTokens, tokenizer: Tokenizer) {
  /** Of each row, by the step at which a letter was chosen. */
  const seen = rows.map(() => new Map<number, (readonly [string, number])[]>());
  return {
    watch: (row: number, step: number, token: number, scores: Float32Array): void => {
      const family = rows[row]?.letters && letters.get(token);
      if (family)
        seen[row]?.set(
          step,
          family.map(([other, text]) => [text, scores[other] ?? Number.NEGATIVE_INFINITY]),
        );
    },
    /** @param tokens the row's own, without its end */
    read: (row: number, tokens: readonly number[]): OptionLogProbs | null => {
      const own = seen[row];
      const wanted = rows[row]?.letters;
      if (!own || own.size === 0 || !wanted) return null;
      const told = tokens.map((token, step) => ({
        text: tokenizer.decode([token]),
        alternatives: own.get(step) ?? [],
      }));
      return optionLogProbs(told, wanted);
    },
  };
}
