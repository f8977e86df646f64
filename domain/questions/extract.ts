/**
 * Reads an answer. The one implementation behind rewards, evaluation and report, so that a model is never scored by
 * one rule and trained by another.
 */
import { type Malignancy, malignancies } from '../cases/case.ts';
import type { Option, Question } from './question.ts';
import { conditionNames, conditionSynonyms, tags } from './tags.ts';

export interface Answer {
  /** Eq. 6: exactly `<thinking>…</thinking> <final diagnosis>…</final diagnosis>`, nothing around or between. */
  format: boolean;
  /** Letter of the option that was chosen, null where none can be read without guessing. */
  letter: string | null;
  /** The lesion condition that was stated, null where none was. */
  malignancy: Malignancy | null;
}

const tagPattern = new RegExp(`</?(?:${Object.values(tags).join('|')})>`, 'gi');
const wholePattern = new RegExp(
  `^\\s*<${tags.thinking}>.*?</${tags.thinking}>\\s*<${tags.final}>.*?</${tags.final}>\\s*$`,
  'is',
);
const finalPattern = new RegExp(`<${tags.final}>(.*?)</${tags.final}>`, 'is');

/**
 * Strict extraction. The final block must occur once and hold an option's letter, its letter with its label, or its
 * exact label (or synonym); after it at most one lesion condition. Hedges, negations, two options or a letter with
 * another option's label give no answer.
 */
export function extractAnswer(text: string, question: Question): Answer {
  const found = (text.match(tagPattern) ?? []).map((tag) => tag.toLowerCase());
  const format = found.length === 4 && wholePattern.test(text);
  const blocks = found.filter((tag) => tag === `<${tags.final}>`).length;
  const content = blocks === 1 ? finalPattern.exec(text)?.[1] : undefined;
  if (content === undefined) return { format, letter: null, malignancy: null };

  const answer = normalise(content);
  if (answer.length > longestAnswer) return { format, letter: null, malignancy: null };
  const matched = longestMatch(answer, question.options);
  if (!matched) return { format, letter: null, malignancy: null };
  const rest = answer.slice(matched.length).replace(/^[\s,;:.()-]+/, '');
  if (question.task === 'lesion-condition') {
    const malignancy = malignancies.find((m) => conditionNames[m] === matched.option.label) ?? null;
    return rest === ''
      ? { format, letter: matched.option.letter, malignancy }
      : { format, letter: null, malignancy: null };
  }
  if (rest === '') return { format, letter: matched.option.letter, malignancy: null };
  const malignancy = readCondition(rest);
  return { format, letter: malignancy === null ? null : matched.option.letter, malignancy };
}

/** Lower case, single spaces, no quotes or emphasis, no closing full stop; `a_b` reads as `a b`. */
const normalise = (content: string): string =>
  content
    .toLowerCase()
    .replaceAll(/(?<=[a-z])_(?=[a-z])/g, ' ')
    .replaceAll(/["'*_`“”]/g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(' ,', ',')
    .trim()
    .replace(/(?<![.,;])[.,;]+$/, '');

/** In characters: a label and a condition are far shorter, and nothing longer need be searched. */
const longestAnswer = 500;

interface Match {
  option: Option;
  length: number;
}

/** The option whose letter, lettered label or label opens the answer, the longest one; null if none or two tie. */
function longestMatch(answer: string, options: readonly Option[]): Match | null {
  const matches = options.flatMap((option) => openings(answer, option).map((length) => ({ option, length })));
  const longest = Math.max(0, ...matches.map((match) => match.length));
  const best = matches.filter((match) => match.length === longest);
  const [first] = best;
  return first && best.every((match) => match.option === first.option) ? first : null;
}

function openings(answer: string, option: Option): number[] {
  const letter = option.letter.toLowerCase();
  const marked = new RegExp(`^\\(?${letter}(?:\\)|:|\\.)*(?![a-z0-9])`).exec(answer)?.[0];
  const names = [option.label, ...option.synonyms].map((name) => normalise(name));
  const atWordEnd = (at: number): boolean => !/^[a-z0-9-]/.test(answer.slice(at));
  const lengths = names.filter((name) => answer.startsWith(name) && atWordEnd(name.length)).map((name) => name.length);
  if (marked === undefined) return lengths;
  const start = marked.length + (answer.slice(marked.length).length - answer.slice(marked.length).trimStart().length);
  const labelled = names
    .filter((name) => answer.startsWith(name, start) && atWordEnd(start + name.length))
    .map((name) => start + name.length);
  return [...lengths, marked.length, ...labelled];
}

const readCondition = (rest: string): Malignancy | null => {
  const stated = rest.replace(/^(?:and |the )*(?:lesion )?condition(?: is)?[: ]+/, '').replace(/[\s.,;]+$/, '');
  const named = (m: Malignancy): string[] => [conditionNames[m], ...conditionSynonyms[m]];
  return malignancies.find((m) => named(m).some((name) => stated === name || stated === `${name})`)) ?? null;
};
