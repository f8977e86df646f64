/** The scores of the tokens with which an answer may begin, each time that one of them is chosen. */
import type { Tokenizer } from '@huggingface/tokenizers';
import { type OptionLogProbs, optionLogProbs } from '../../domain/replies/option-log-probs.ts';
import type { AskedRow } from '../ports/model-runner.ts';

/** A token and its text. */
type Begin = readonly [token: number, text: string];

export function createOptionWatch(rows: readonly AskedRow[], tokenizer: Tokenizer) {
  const known = new Map<string, Begin[]>();
  const begins = rows.map(({ options = [] }) => {
    const texts = options.flatMap(({ letter, label }) => [
      ...[letter, `${letter}:`, `${letter}.`, `(${letter}`],
      ...[label, label.charAt(0).toUpperCase() + label.slice(1)],
    ]);
    const all = texts.flatMap((text) => {
      const own = known.get(text) ?? [text, ` ${text}`].flatMap((written) => beginOf(written, tokenizer));
      known.set(text, own);
      return own;
    });
    return new Map(all);
  });
  /** Of each row, by step. */
  const seen = rows.map(() => new Map<number, (readonly [text: string, score: number])[]>());
  return {
    watch: (row: number, step: number, token: number, scores: Float32Array): void => {
      const own = begins[row];
      if (!own?.has(token)) return;
      const candidates = [...own].map(([other, text]) => [text, scores[other] ?? Number.NEGATIVE_INFINITY] as const);
      seen[row]?.set(step, candidates);
    },
    /** @param tokens the row's own, without its end */
    read: (row: number, tokens: readonly number[]): OptionLogProbs | null => {
      const [own, options] = [seen[row], rows[row]?.options];
      if (!own || own.size === 0 || !options) return null;
      const steps = tokens.map((token, step) => ({
        text: tokenizer.decode([token]),
        alternatives: own.get(step) ?? [],
      }));
      return optionLogProbs(steps, options);
    },
  };
}

/** The first token of a text; none where it stands for what the tokenizer does not know. */
function beginOf(text: string, tokenizer: Tokenizer): Begin[] {
  const [token] = tokenizer.encode(text, { add_special_tokens: false }).ids;
  if (token === undefined) return [];
  const own = tokenizer.decode([token]);
  return own.trim() !== '' && text.trim().startsWith(own.trim()) ? [[token, own]] : [];
}
