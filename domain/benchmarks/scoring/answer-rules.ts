/**
 * Kinds of answers: how the answer to each kind of question (domain/prompts/profile.ts) is read, scored and summed up. A
 * kind that is missing does not compile.
 */
import type { ScoredRow } from '../../evaluation/scored.ts';
import type { QuestionKind } from '../../prompts/profile.ts';
import type { QuestionTask } from '../../questions/question.ts';
import type { Benchmark } from '../benchmark.ts';
import { summariseChoices, summariseOpen } from '../summaries/summarise.ts';
import type { BenchmarkSummary } from '../summaries/summary.ts';
import { scoreConcepts } from './concepts.ts';
import { scoreChoice, scoreOpen } from './scorers.ts';

interface AnswerRules {
  /** The task by whose rules one of the options is read; null: nothing is chosen. */
  task: QuestionTask | null;
  score: Benchmark['score'];
  /** Answers with options have classes: macro-F1, confusion, recall. @param benchmark its name */
  summarise(benchmark: string, items: Iterable<ScoredRow>): BenchmarkSummary;
}

const choice = (task: QuestionTask, wordForWord = false): AnswerRules => ({
  task,
  score: (item, output) => scoreChoice(item, output, { task, wordForWord }),
  summarise: summariseChoices,
});

export const answerRules: Readonly<Record<QuestionKind, AnswerRules>> = {
  diagnosis: choice('diagnosis'),
  'lesion-condition': choice('lesion-condition'),
  ddx: choice('ddx'),
  hierarchical: choice('hierarchical'),
  ready: choice('diagnosis', true),
  open: { task: null, score: scoreOpen, summarise: summariseOpen },
  concepts: { task: null, score: scoreConcepts, summarise: summariseOpen },
};

/** An output by the kind of its item. */
export const scoreItem: Benchmark['score'] = (item, output) => answerRules[item.kind].score(item, output);

/** Of a benchmark whose items are all of one kind. @param name the benchmark's */
export const answeredAs = (kind: QuestionKind, name: string): Pick<Benchmark, 'score' | 'summarise'> => ({
  score: scoreItem,
  summarise: (items) => answerRules[kind].summarise(name, items),
});
