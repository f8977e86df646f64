/** What an option may be called, and the phrase that begins at a word. */

import { normaliseLabel } from '../../knowledge/label.ts';
import type { Malignancy } from '../../knowledge/malignancy.ts';
import type { QuestionTask } from '../question.ts';
import type { AskedQuestion } from './asked.ts';
import { diseaseNamed, inverted, signs } from './diseases.ts';
import { conditionNamed, conditionOf, conditionWritings, vocabulary, type WordKind } from './vocabulary.ts';
import type { Word } from './words.ts';

/** `options`: indexes of all that a name may mean; two that share a name cannot be told apart by it. */
type PhraseMeaning =
  | { kind: 'name'; options: readonly number[] }
  | { kind: 'condition'; condition: Malignancy }
  /** A node of the taxonomy, by a name that is no option's. */
  | { kind: 'disease'; node: string }
  | { kind: WordKind };

interface Phrase {
  words: readonly string[];
  meaning: PhraseMeaning;
}

/** Phrases by their first word, longest first. */
type Phrases = ReadonlyMap<string, readonly Phrase[]>;

/** What the options are called, and all else that a phrase may be. */
export interface PhraseIndex {
  names: Phrases;
  others: Phrases;
}

function byFirstWord(meanings: Iterable<readonly [string, PhraseMeaning]>): Phrases {
  const phrases = [...meanings].map(([phrase, meaning]) => ({ words: phrase.split(' '), meaning }));
  const index = Map.groupBy(phrases, ({ words }) => words[0] ?? '');
  for (const own of index.values()) own.sort((a, b) => b.words.length - a.words.length);
  return index;
}

const vocabularyMeanings = [...vocabulary].map(([phrase, kind]): [string, PhraseMeaning] => [phrase, { kind }]);
const conditionMeanings = [...conditionNamed].map(([phrase, condition]): [string, PhraseMeaning] => [
  phrase,
  { kind: 'condition', condition },
]);
const diseaseMeanings = [...diseaseNamed].map(([phrase, node]): [string, PhraseMeaning] => [
  phrase,
  { kind: 'disease', node },
]);
const conditionQuestionPhrases = byFirstWord(vocabularyMeanings);
const diseaseQuestionPhrases = byFirstWord(new Map([...diseaseMeanings, ...vocabularyMeanings, ...conditionMeanings]));

/** A lesion-condition question has the conditions as its options. */
export function indexPhrases({ task, options }: AskedQuestion): PhraseIndex {
  const meanings = new Map<string, PhraseMeaning>();
  // The more exact a name is, the later it is entered: "melanoma" is that option, and only if there is none the option
  // "melanoma (less than 0.76 mm)".
  for (const namesOf of [heads, inversions, (option: NamedOption) => exactNames(option, task)]) {
    const named = new Map<string, number[]>();
    for (const [i, option] of options.entries())
      for (const name of new Set(namesOf(option))) if (name !== '') named.set(name, [...(named.get(name) ?? []), i]);
    for (const [name, found] of named) meanings.set(name, { kind: 'name', options: found });
  }
  return {
    names: byFirstWord(meanings),
    others: task === 'lesion-condition' ? conditionQuestionPhrases : diseaseQuestionPhrases,
  };
}

type NamedOption = AskedQuestion['options'][number];

function exactNames({ label, synonyms }: NamedOption, task: QuestionTask): string[] {
  const condition = task === 'lesion-condition' ? conditionOf(label) : null;
  return [
    ...[label, ...synonyms].map((name) => normaliseLabel(name)),
    ...(condition === null ? [] : conditionWritings[condition]),
  ];
}

/** "keratosis, seborrheic" for "seborrheic keratosis". Never "melanoma, malignant", where a condition is stated. */
const inversions = ({ label, synonyms }: NamedOption): string[] =>
  [label, ...synonyms].flatMap((name) => inverted(normaliseLabel(name)));

/** "melanoma" for "melanoma (less than 0.76 mm)": a label without its qualifiers. */
const heads = ({ label }: NamedOption): string[] => {
  const [head = '', ...qualifiers] = label.split(/[,(]/);
  return qualifiers.length === 0 ? [] : [normaliseLabel(head)];
};

/** Whether a phrase is written from a word on, within its sentence. */
const stands = ({ words: wanted }: Phrase, words: readonly Word[], at: number): boolean =>
  wanted.every((text, i) => {
    const word = words[at + i];
    return word?.text === text && (i === 0 || word.before !== 'sentence');
  });

/**
 * The longest phrase that begins at a word and lies within its sentence; of two as long an option's name, unless it is
 * a condition: "benign" is one also beside the option "benign lesion".
 */
export function phraseAt(words: readonly Word[], at: number, { names, others }: PhraseIndex): Phrase | undefined {
  const [first, second] = [words[at]?.text ?? '', words[at + 1]];
  // "melanoma (cutaneous horn)" is no "cutaneous melanoma": what follows a break may be a longer name of its own
  const cutsAnother = ({ words: wanted }: Phrase): boolean => {
    const after = wanted.findIndex((_, i) => i > 0 && words[at + i]?.before !== 'none');
    if (after < 0) return false;
    const text = wanted[after] ?? '';
    const own = [...(names.get(text) ?? []), ...(others.get(text) ?? [])];
    const isWhole = ({ words: inner }: Phrase): boolean =>
      inner.every((_, i) => i === 0 || words[at + after + i]?.before === 'none');
    return own.some(
      (phrase) => phrase.words.length > wanted.length - after && stands(phrase, words, at + after) && isWhole(phrase),
    );
  };
  const fits = (phrase: Phrase): boolean => stands(phrase, words, at) && !cutsAnother(phrase);
  // "malignant: melanoma" states a condition and an option, "malignant melanoma" is the option's name
  const parted = second?.before === 'clause' && conditionNamed.has(first);
  const isParted = ({ words }: Phrase): boolean => parted && words.length > 1 && !conditionNamed.has(words.join(' '));
  // "with telangiectasia" is a sign, "melanoma, telangiectasia" are two diseases
  const parts = (word: Word | undefined): boolean => word?.before !== 'none';
  const isSign = ({ meaning, words: own }: Phrase): boolean =>
    meaning.kind === 'disease' &&
    signs.has(own.join(' ')) &&
    !((at === 0 || parts(words[at])) && parts(words[at + own.length]));
  const name = names.get(first)?.find((phrase) => !isParted(phrase) && fits(phrase));
  const other = others.get(first)?.find((phrase) => !isParted(phrase) && !isSign(phrase) && fits(phrase));
  if (!name || !other) return name ?? other;
  if (name.words.length === other.words.length) return other.meaning.kind === 'condition' ? other : name;
  return name.words.length > other.words.length ? name : other;
}
