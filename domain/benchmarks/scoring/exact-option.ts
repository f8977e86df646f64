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

/** What stands behind the thinking, if there is any. */
const afterThinking = (output: string): string => output.split(/<\/think(?:ing)?>/i).at(-1) ?? output;

const otherBlock = /<(final[ _-]?(?:diagnosis|answer)|diagnosis|answer)>(.*?)(?:<\/\1>|$)/gis;

/** Words before an answer, as `plain` has them: "The answer is No", `{"answer": "No"}`, `\boxed{No}`. */
const cue =
  /^(?:(?:so|therefore|thus|hence) )?(?:(?:the |my )?(?:final |correct |best |right )?(?:answer|option|choice) (?:is )?)?(?:boxed (?:text )?)?/;

const withCue = (passage: string, options: readonly Option[]): string | null =>
  exactOption(passage, options) ?? exactOption(plain(passage).replace(cue, ''), options);

/**
 * The same of an output whose model was never taught the tags: blocks of other names, which must agree; else all that
 * stands behind the thinking, or its last line where no other line is another option, as in a list of them.
 */
export function exactAnswer(output: string, options: readonly Option[]): string | null {
  const text = finalContent(output) ?? afterThinking(output);
  const blocks = [...text.matchAll(otherBlock)].map(([, , content = '']) => withCue(content, options));
  const [first] = blocks;
  if (first !== undefined) return blocks.every((letter) => letter === first) ? first : null;
  const lines = text.split(/\r?\n/).filter((line) => plain(line) !== '');
  const named = new Set(lines.map((line) => exactOption(line, options)).filter((letter) => letter !== null));
  return withCue(text, options) ?? (named.size > 1 ? null : withCue(lines.at(-1) ?? '', options));
}
