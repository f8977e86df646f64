/**
 * An answer that is one option, word for word. The grammar of answers knows diseases and conditions; the options of other
 * sets may be anything, also words that it takes for a denial or a condition ("No", "Benign condition.").
 */
import { tags } from '../../questions/tags.ts';

type Option = { letter: string; label: string };

/** Letters, case, marks and spaces aside. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\p{P}\p{S}\s]+/gu, ' ')
    .trim();

/** Letter of the one option that a passage is: "B", "No", "B: No". Null where it is none, or may be two. */
export function exactOption(passage: string, options: readonly Option[]): string | null {
  const said = plain(passage);
  if (said === '') return null;
  const found = options.filter(({ letter, label }) =>
    [letter, label, `${letter} ${label}`, `option ${letter}`].some((form) => plain(form) === said),
  );
  return found.length === 1 ? (found[0]?.letter ?? null) : null;
}

const finalBlock = new RegExp(`<${tags.final}>(.*?)</${tags.final}>`, 'is');

/** What stands in the final block; null without one. */
export const finalContent = (output: string): string | null => finalBlock.exec(output)?.[1] ?? null;

/** What stands behind the thinking, if there is any, without the cue of an answer. */
export const afterThinking = (output: string): string =>
  (output.split(/<\/think(?:ing)?>/i).at(-1) ?? output).replace(/^\s*(?:final\s+)?answer\s*:/i, '');
