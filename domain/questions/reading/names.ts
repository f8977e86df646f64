/** What an option may be called, and the phrase that begins at a word. */
import type { Malignancy } from '../../cases/case.ts';
import { normaliseLabel } from '../../knowledge/label.ts';
import type { Option, QuestionTask } from '../question.ts';
import { conditionOf, conditionWritings, vocabulary, type WordKind } from './vocabulary.ts';
import type { Word } from './words.ts';

/** `options`: indexes of all that a name may mean; two that share a name cannot be told apart by it. */
export type Meaning =
  | { kind: 'name'; options: readonly number[] }
  | { kind: 'condition'; condition: Malignancy }
  | { kind: WordKind };

export interface Phrase {
  words: readonly string[];
  meaning: Meaning;
}

/** Phrases by their first word, longest first. */
export type PhraseIndex = ReadonlyMap<string, readonly Phrase[]>;

/** What the reader of a question's answers has to know; `synonyms` are other exact names of the option. */
export interface AskedQuestion {
  task: QuestionTask;
  options: readonly Pick<Option, 'letter' | 'label' | 'synonyms'>[];
}

export function indexPhrases({ task, options }: AskedQuestion): PhraseIndex {
  const meanings = new Map<string, Meaning>();
  for (const [phrase, kind] of vocabulary) meanings.set(phrase, { kind });

  // The more exact a name is, the later it is entered: "melanoma" is that option, and only if there is none the option
  // "melanoma (less than 0.76 mm)".
  for (const namesOf of [heads, inversions, (option: NamedOption) => exactNames(option, task)]) {
    const named = new Map<string, number[]>();
    for (const [i, option] of options.entries())
      for (const name of new Set(namesOf(option))) if (name !== '') named.set(name, [...(named.get(name) ?? []), i]);
    for (const [name, found] of named) meanings.set(name, { kind: 'name', options: found });
  }
  // Last: "benign" is a condition, also beside the option "benign lesion".
  if (task !== 'lesion-condition')
    for (const [condition, writings] of Object.entries(conditionWritings) as [Malignancy, string[]][]) // its own keys
      for (const phrase of writings) meanings.set(phrase, { kind: 'condition', condition });

  const index = Map.groupBy(
    [...meanings].map(([phrase, meaning]) => ({ words: phrase.split(' '), meaning })),
    ({ words }) => words[0] ?? '',
  );
  for (const phrases of index.values()) phrases.sort((a, b) => b.words.length - a.words.length);
  return index;
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
  [label, ...synonyms].flatMap((name) => {
    const words = normaliseLabel(name).split(' ');
    return words.slice(1).flatMap((_, i) => {
      const [qualifier, head] = [words.slice(0, i + 1), words.slice(i + 1)];
      return qualifier.some((word) => conditionOf(word) !== null) ? [] : [[...head, ...qualifier].join(' ')];
    });
  });

/** "melanoma" for "melanoma (less than 0.76 mm)": a label without its qualifiers. */
const heads = ({ label }: NamedOption): string[] => {
  const [head = '', ...qualifiers] = label.split(/[,(]/);
  return qualifiers.length === 0 ? [] : [normaliseLabel(head)];
};

/** The longest phrase that begins at a word and lies within its sentence. "Malignant: melanoma" is two. */
export function phraseAt(words: readonly Word[], at: number, index: PhraseIndex): Phrase | undefined {
  const [first, second] = [words[at]?.text ?? '', words[at + 1]];
  const alone = second?.before === 'clause' && conditionOf(first) !== null;
  return index
    .get(first)
    ?.find(
      (phrase) =>
        !(alone && phrase.meaning.kind === 'name' && phrase.words.length > 1) &&
        phrase.words.every((text, i) => {
          const word = words[at + i];
          return word?.text === text && (i === 0 || word.before !== 'sentence');
        }),
    );
}
