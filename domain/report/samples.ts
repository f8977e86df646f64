/** Test questions shown with image, answer and reward: some right, some wrong, chosen by the run's seed. */
import type { EvaluationItem } from '../evaluation/item.ts';
import type { Question } from '../questions/question.ts';
import type { Random } from '../random.ts';
import type { RewardSettings } from '../reward-settings.ts';
import { scoreCompletion } from '../rewards/rewards.ts';
import type { ItemsByLabel } from './compare.ts';
import type { SampleCase } from './report.ts';
import type { SampleLine } from './training-log.ts';

const shownOfEach = 4;

export interface SampleSources {
  /** Label of the model whose answers are shown. */
  final: string;
  /** Labels of the models that were shown the pictures. */
  seeing: ReadonlySet<string>;
  items: ItemsByLabel;
  questions: ReadonlyMap<string, Question>;
  rewards: RewardSettings;
}

/** Four right and four wrong answers to diagnosis questions, each with another diagnosis as far as there are enough. */
export function chooseSamples(
  { final, seeing, items, questions, rewards }: SampleSources,
  random: Random,
): SampleCase[] {
  const candidates = (items.get(final) ?? []).filter((item) => item.task === 'diagnosis');
  const others = [...items].filter(([label]) => label !== final && seeing.has(label));
  return [true, false].flatMap((correct) =>
    varied(random.shuffle(candidates.filter((item) => item.correct === correct)), questions)
      .slice(0, shownOfEach)
      .flatMap((item) => {
        const question = questions.get(item.id);
        return question ? [sampleOf(item, question, rewards, others)] : [];
      }),
  );
}

/** First one item of each diagnosis, then the rest. */
function varied(items: readonly EvaluationItem[], questions: ReadonlyMap<string, Question>): EvaluationItem[] {
  const groups = [...Map.groupBy(items, ({ id }) => questions.get(id)?.diagnosis).values()];
  return [...groups.flatMap((group) => group.slice(0, 1)), ...groups.flatMap((group) => group.slice(1))];
}

function sampleOf(
  item: EvaluationItem,
  question: Question,
  rewards: RewardSettings,
  others: readonly (readonly [string, readonly EvaluationItem[]])[],
): SampleCase {
  const { id, task, image, diagnosis, malignancy, options } = question;
  const { answer, expected, letter, predicted, correct, output } = item;
  return {
    ...{ id, task, image, diagnosis, malignancy, options, answer, expected, letter, predicted, correct, output },
    rewards: scoreCompletion(output, question, rewards),
    others: others.flatMap(([label, answers]) => {
      const same = answers.find((other) => other.id === id);
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
