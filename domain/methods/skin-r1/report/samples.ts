/** Test questions shown with image, answer and reward: some right, some wrong, chosen by the run's seed. */

import type { Question } from '../../../questions/question.ts';
import type { Random } from '../../../random.ts';
import type { SampleLine } from '../../../report/training-log.ts';
import type { RewardSettings } from '../../../reward-settings.ts';
import { scoreCompletion } from '../../../rewards/rewards.ts';
import type { Key } from '../../../rows/columns.ts';
import { firstWhere } from '../../../rows/views.ts';
import { type ItemsByLabel, ofTask, type QuestionsById, type ReportedItem } from './compare.ts';
import type { SampleCase } from './report.ts';

const shownOfEach = 4;

/** A question that is shown, and what the final model wrote. */
export interface ShownAnswer {
  question: Question;
  output: string;
}

/** By the ids of the answers. */
export interface ShownAnswers {
  get(id: Key): ShownAnswer | undefined;
}

interface SampleSources {
  /** Label of the model whose answers are shown. */
  final: string;
  items: ItemsByLabel;
  questions: QuestionsById;
}

/**
 * Four right and four wrong answers to diagnosis questions, each with another diagnosis as far as there are enough.
 *
 * @returns ids of the questions
 */
export function chooseSamples({ final, items, questions }: SampleSources, random: Random): Key[] {
  const [right, wrong]: [Key[], Key[]] = [[], []];
  for (const { id, correct } of ofTask(items.get(final) ?? [], 'diagnosis')) (correct ? right : wrong).push(id);
  return [right, wrong].flatMap((ids) => varied(ids, random.order(ids.length), questions));
}

/**
 * The questions of some ids as they are shown.
 *
 * @param seeing labels of the models that were shown the pictures
 * @param shown by id
 */
export function showSamples(
  ids: readonly Key[],
  { final, items }: SampleSources,
  seeing: ReadonlySet<string>,
  shown: ShownAnswers,
  rewards: RewardSettings,
): SampleCase[] {
  const others = [...items].filter(([label]) => label !== final && seeing.has(label));
  return ids.flatMap((id) => {
    const [item, answer] = [firstWhere(items.get(final) ?? [], (each) => each.id === id), shown.get(id)];
    return item && answer ? [sampleOf(item, answer, rewards, others)] : [];
  });
}

/**
 * One item of each diagnosis, then more of the first ones, as many as are shown. No more are kept on the way, and none is
 * looked at once there are enough diagnoses: there may be a million items.
 */
function varied(ids: readonly Key[], order: Iterable<number>, questions: QuestionsById): Key[] {
  const byDiagnosis = new Map<string | undefined, Key[]>();
  for (const at of order) {
    const id = ids[at] ?? '';
    const diagnosis = questions.get(id)?.diagnosis;
    const own = byDiagnosis.get(diagnosis) ?? [];
    if (own.length < shownOfEach) own.push(id);
    byDiagnosis.set(diagnosis, own);
    if (byDiagnosis.size === shownOfEach) break;
  }
  const groups = [...byDiagnosis.values()];
  const inTurn = [...groups.flatMap((group) => group.slice(0, 1)), ...groups.flatMap((group) => group.slice(1))];
  return inTurn.slice(0, shownOfEach);
}

function sampleOf(
  item: ReportedItem,
  { question, output }: ShownAnswer,
  rewards: RewardSettings,
  others: readonly (readonly [string, Iterable<ReportedItem>])[],
): SampleCase {
  const { id, task, image, diagnosis, malignancy, options } = question;
  const { id: key, answer, expected, letter, predicted, correct } = item;
  return {
    ...{ id, task, image, diagnosis, malignancy, options, answer, expected, letter, predicted, correct, output },
    rewards: scoreCompletion(output, question, rewards),
    others: others.flatMap(([label, answers]) => {
      const same = firstWhere(answers, (other) => other.id === key);
      return same ? [{ label, predicted: same.predicted, correct: same.correct }] : [];
    }),
  };
}

/** The first completion of the first, the middle and the last step. */
export function chooseCompletions(lines: readonly SampleLine[]): SampleLine[] {
  const steps = [...new Set(lines.map(({ step }) => step))].toSorted((a, b) => a - b);
  const shown = new Set([steps[0], steps[Math.floor(steps.length / 2)], steps.at(-1)]);
  return [...shown].flatMap((step) => lines.find((line) => line.step === step) ?? []);
}
