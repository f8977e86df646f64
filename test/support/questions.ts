/** Questions of cases that a test holds in memory; the stage itself reads and writes them one at a time. */
import type { Case } from '../../domain/cases/case.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import { type QuestionSettings, questionMaker } from '../../domain/questions/build.ts';
import { createLabelCensus } from '../../domain/questions/distractors.ts';
import { caseKey, type MatchedOptions, type MatchedTask, matchCases } from '../../domain/questions/matched.ts';
import type { Question } from '../../domain/questions/question.ts';

/** Of every case, in the order of the cases and tasks. */
export function buildQuestions(cases: readonly Case[], knowledge: Knowledge, settings: QuestionSettings): Question[] {
  const labels = createLabelCensus();
  for (const c of cases) labels.add(c);
  const blocks = new Map<MatchedTask, Map<string, MatchedOptions>>();
  const matched = (c: Case, task: MatchedTask): MatchedOptions | undefined => {
    const known = blocks.get(task) ?? matchCases(cases, task, knowledge, settings.seed);
    blocks.set(task, known);
    return known.get(caseKey(c));
  };
  return cases.flatMap(questionMaker({ labels, matched }, knowledge, settings));
}
