/** From an output to a scored item, for items with options and for open questions. */
import type { BenchmarkReading, ScoredItem } from '../../evaluation/scored.ts';
import { type Answer, extractAnswer, extractLeniently, type UnreadableForm } from '../../questions/extract.ts';
import type { Option, QuestionTask } from '../../questions/question.ts';
import { readLeniently } from '../../questions/reading/lenient.ts';
import { readerOf, unreadablePassages } from '../../questions/reading/passage.ts';
import type { BenchmarkItem } from '../benchmark.ts';
import { exactAnswer, exactOption, finalContent } from './exact-option.ts';

/** What a scored item has of its item, whatever the scorer. */
export const identityOf = ({ id, caseId, group, source, attributes }: BenchmarkItem) => ({
  id,
  caseId,
  group,
  source,
  attributes,
});

const labelOf = (options: readonly Option[], letter: string | null): string | null =>
  options.find((option) => option.letter === letter)?.label ?? null;

/** How an answer to a question with options is read. */
interface ChoiceReading {
  task: QuestionTask;
  /** Whether options may be any words, so that one that is said word for word counts too. */
  wordForWord: boolean;
}

/** Strict as rewards read, lenient beside it. */
export function scoreChoice(item: BenchmarkItem, output: string, { task, wordForWord }: ChoiceReading): ScoredItem {
  const { options, answer, malignancy } = item;
  const asked = { task, options };
  const strict = extractAnswer(output, asked);
  const lenient = extractLeniently(output, asked);
  const [strictly, leniently] = wordForWord
    ? [
        orExact(strict, () => exactOption(finalContent(output) ?? '', options)),
        orExact(lenient, () => exactAnswer(output, options)),
      ]
    : [strict, lenient];
  const reading = ({ letter }: Answer): BenchmarkReading => ({
    letter,
    predicted: labelOf(options, letter),
    correct: letter === answer,
    score: Number(letter === answer),
  });
  return {
    ...identityOf(item),
    output,
    expected: labelOf(options, answer) ?? answer ?? '',
    strict: reading(strictly),
    lenient: reading(leniently),
    unreadable: strictly.unreadable,
    conditionCorrect: judged(strict, malignancy),
  };
}

/** The grammar's reading, or where it has none the option that is said word for word. */
function orExact(read: Answer, exact: () => string | null): Answer {
  const passages: readonly string[] = unreadablePassages;
  if (read.unreadable === null || !passages.includes(read.unreadable)) return read;
  const letter = exact();
  return letter === null ? read : { ...read, letter, unreadable: null };
}

const judged = ({ malignancy: stated }: Pick<Answer, 'malignancy'>, known: BenchmarkItem['malignancy']) =>
  stated === null || known === null ? null : stated === known;

/**
 * An open answer, by the labels of the case's path. Strict: the conclusion is the diagnosis itself. Lenient: it is any
 * label that is true of the case, e.g. "nevus" for a blue nevus. Another disease as the conclusion is no reading of
 * either, and so is none.
 */
export function scoreOpen(item: BenchmarkItem, output: string): ScoredItem {
  const { options, diagnosis, malignancy } = item;
  const found = readLeniently(output, readerOf({ task: 'diagnosis', options: namesAlone(options) }));
  const predicted = found.letter === null ? null : (options[Number(found.letter.slice(1))]?.label ?? null);
  const reading = (correct: boolean): BenchmarkReading => ({
    letter: null,
    predicted,
    correct,
    score: Number(correct),
  });
  const unreadable: UnreadableForm | null = found.unreadable;
  return {
    ...identityOf(item),
    output,
    expected: diagnosis ?? '',
    strict: reading(predicted !== null && predicted === diagnosis),
    lenient: reading(predicted !== null),
    unreadable,
    conditionCorrect: judged(found, malignancy),
  };
}

/** No model was shown letters, so none may be read: these are no letters of the alphabet. */
const namesAlone = (options: readonly Option[]): Option[] =>
  options.map((option, i) => ({ ...option, letter: `#${i}` }));
