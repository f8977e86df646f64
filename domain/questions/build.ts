/** Multiple-choice questions out of labelled cases (S1, App. A and section 4.3; section 1.5.2 of the fact sheet). */
import type { Case } from '../cases/case.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { createRandom } from '../random.ts';
import type { RewardSettings } from '../recipe.ts';
import { createDistractorPools, type DistractorSource, type Labelled } from './distractors.ts';
import {
  conditionOptions,
  ddxOptions,
  diagnosisOptions,
  hierarchicalOptions,
  type UnletteredOption,
} from './options.ts';
import type { Question, QuestionTask } from './question.ts';

export interface QuestionSettings {
  seed: number;
  granularity: RewardSettings['granularity'];
  distractors: DistractorSource;
  /** Asked of validation and test cases; training asks for the diagnosis (with its condition, P3) alone. */
  tasks: readonly QuestionTask[];
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Questions of every case, in the order of the cases and tasks. */
export function buildQuestions(cases: readonly Case[], knowledge: Knowledge, settings: QuestionSettings): Question[] {
  return cases.flatMap(questionMaker(cases, knowledge, settings));
}

/**
 * A function from a case to its questions. A question depends on its case, the labels of the data and the seed, so the
 * cases may come in any order and one at a time. A case without a wrong option is not asked; one whose label names no
 * disease ("benign lesion") is asked for its condition alone.
 *
 * @param labelled every case of the data, for the labels that occur in it
 */
export function questionMaker(
  labelled: readonly Labelled[],
  knowledge: Knowledge,
  settings: QuestionSettings,
): (c: Case) => Question[] {
  const poolOf = createDistractorPools(labelled, knowledge.taxonomy, settings.distractors);
  const labels = new Set(labelled.flatMap((c) => c.path));
  const random = createRandom(`questions/${settings.seed}`);
  const optionsOf = (c: Case, task: QuestionTask): UnletteredOption[] => {
    if (task === 'lesion-condition') return conditionOptions(c);
    if (knowledge.taxonomy.isCatchAll(c.diagnosis)) return [];
    const own = random.fork(`${task}/${c.source}/${c.id}`);
    if (task === 'ddx') return ddxOptions(c, (label) => labels.has(label), knowledge, own);
    if (task === 'hierarchical') return hierarchicalOptions(c, knowledge, own);
    return diagnosisOptions(c, poolOf, knowledge, settings.granularity, own);
  };
  return (c) =>
    (c.split === 'train' ? (['diagnosis'] as const) : settings.tasks).flatMap((task) => {
      const options = optionsOf(c, task);
      return options.length < 2 ? [] : [question(c, task, options)];
    });
}

function question(c: Case, task: QuestionTask, unlettered: UnletteredOption[]): Question {
  const options = unlettered.map((option, i) => ({ ...option, letter: letters.charAt(i) }));
  const best = options.reduce((a, b) => (b.value > a.value ? b : a));
  const [image] = c.images;
  if (!image) throw new RangeError(`case ${c.id} has no image`);
  return {
    id: `${c.id}/${task}`,
    caseId: c.id,
    group: c.group,
    source: c.source,
    task,
    image,
    diagnosis: c.diagnosis,
    malignancy: c.malignancy,
    options,
    answer: best.letter,
  };
}
