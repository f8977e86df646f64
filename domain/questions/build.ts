/** Multiple-choice questions out of labelled cases (S1, App. A; section 1.5.2 of the fact sheet). */
import { type Case, malignancies } from '../cases/case.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { createRandom, type Random } from '../random.ts';
import type { RewardSettings } from '../recipe.ts';
import type { Option, Question, QuestionTask } from './question.ts';
import { conditionNames, conditionSynonyms } from './tags.ts';

export interface QuestionSettings {
  seed: number;
  granularity: RewardSettings['granularity'];
  /** Asked of validation and test cases; training asks for the diagnosis (with its condition, P3) alone. */
  tasks: readonly QuestionTask[];
}

const optionsPerQuestion = 4;
const deepestOnPath = 3;
const granularityWeight = 0.75;
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * Questions of every case, in the order of the cases and tasks. A question depends on its case, the labels that occur
 * in the set and the seed. Cases whose label universe leaves fewer than two options get no diagnosis question.
 */
export function buildQuestions(cases: readonly Case[], knowledge: Knowledge, settings: QuestionSettings): Question[] {
  const universe = [...new Set(cases.flatMap((c) => c.path))].toSorted();
  const random = createRandom(`questions/${settings.seed}`);
  return cases.flatMap((c) =>
    (c.split === 'train' ? (['diagnosis'] as const) : settings.tasks).flatMap((task) => {
      const options =
        task === 'diagnosis'
          ? diagnosisOptions(c, universe, knowledge, settings, random.fork(`${c.source}/${c.id}`))
          : conditionOptions(c);
      return options.length < 2 ? [] : [question(c, task, options)];
    }),
  );
}

function question(c: Case, task: QuestionTask, unlettered: Omit<Option, 'letter'>[]): Question {
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

/**
 * 1 to 3 labels of the path, the rest from the set's own labels. A label below the finest offered one of the path is
 * no distractor: it may be true as well.
 */
function diagnosisOptions(
  c: Case,
  universe: readonly string[],
  { taxonomy }: Knowledge,
  settings: QuestionSettings,
  random: Random,
): Omit<Option, 'letter'>[] {
  const count = random.int(1, Math.min(deepestOnPath, c.path.length));
  const offered = random.sample(c.path, count);
  const depth = (label: string): number => c.path.indexOf(label) + 1;
  const finest = offered.reduce((a, b) => (depth(b) > depth(a) ? b : a));
  const distractors = universe.filter((label) => !c.path.includes(label) && !taxonomy.isBelow(label, finest));
  const scale = settings.granularity === 'leaf' ? c.path.length : depth(finest);
  const earns = (label: string): boolean => settings.granularity !== 'flat' || label === finest;
  return random.shuffle([...offered, ...random.sample(distractors, optionsPerQuestion - count)]).map((label) => ({
    label,
    synonyms: taxonomy.synonyms(label),
    value: earns(label) ? (granularityWeight * depth(label)) / scale : 0,
  }));
}

/** The three conditions in the order of P6. */
const conditionOptions = (c: Case): Omit<Option, 'letter'>[] =>
  malignancies.map((malignancy) => ({
    label: conditionNames[malignancy],
    synonyms: conditionSynonyms[malignancy],
    value: malignancy === c.malignancy ? granularityWeight : 0,
  }));
