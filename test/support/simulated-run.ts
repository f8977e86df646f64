/** What a training run leaves behind, without the training: answers of given skill and curves that bend as real ones do. */
import { type EvaluationItem, judgeOutput } from '../../domain/evaluation/item.ts';
import type { Question } from '../../domain/questions/question.ts';
import { block, tags } from '../../domain/questions/tags.ts';
import { createRandom, type Random } from '../../domain/random.ts';
import type { MetricsLine, SampleLine } from '../../domain/report/training-log.ts';
import { type RewardSettings, rewardNames } from '../../domain/reward-settings.ts';
import { scoreCompletion } from '../../domain/rewards/rewards.ts';
import { writeRationale } from '../../domain/trajectories/rationale.ts';

export interface SimulatedModel {
  label: string;
  step: number | null;
  image: 'real' | 'grey';
  /** Shares of questions answered rightly, and of outputs that cannot be read. */
  right: number;
  unreadable: number;
}

/** The models that a run of the demo evaluates, about as good as they turn out. */
export const demoModels: readonly SimulatedModel[] = [
  { label: 'base', step: null, image: 'real', right: 0.3, unreadable: 0.02 },
  { label: 'sft', step: 96, image: 'real', right: 0.74, unreadable: 0.01 },
  { label: 'grpo-20', step: 20, image: 'real', right: 0.8, unreadable: 0 },
  { label: 'grpo-40', step: 40, image: 'real', right: 0.85, unreadable: 0 },
  { label: 'grpo-60', step: 60, image: 'real', right: 0.88, unreadable: 0 },
  { label: 'grpo-60-no-image', step: 60, image: 'grey', right: 0.27, unreadable: 0.04 },
  { label: 'rl-only-60', step: 60, image: 'real', right: 0.33, unreadable: 0.01 },
  { label: 'base-no-image', step: null, image: 'grey', right: 0.26, unreadable: 0.02 },
  { label: 'sft-no-image', step: 96, image: 'grey', right: 0.28, unreadable: 0.01 },
  { label: 'rl-only-60-no-image', step: 60, image: 'grey', right: 0.26, unreadable: 0.02 },
];

/** Outputs judged by the real rule. */
export function simulateAnswers(questions: readonly Question[], model: SimulatedModel): EvaluationItem[] {
  const random = createRandom(`answers/${model.label}`);
  return questions.map((question) => judgeOutput(question, simulateOutput(question, model, random)));
}

function simulateOutput(
  question: Question,
  { right, unreadable }: Omit<SimulatedModel, 'label'>,
  random: Random,
): string {
  const [draw, wrong] = [random.float(), question.options.filter(({ letter }) => letter !== question.answer)];
  const correct = question.options.find(({ letter }) => letter === question.answer);
  const chosen = draw < right ? correct : random.pick(wrong);
  const label = chosen?.label ?? question.diagnosis;
  const thinking = block(tags.thinking, writeRationale(['dark brown', 'irregular border', 'pigment network'], label));
  return draw > 1 - unreadable ? thinking : `${thinking} ${block(tags.final, label)}`;
}

/** Loss that falls from 2.4 to about 0.3; validation loss at the end of each epoch. */
export function simulateSftLog(from: number, to: number, total: number): MetricsLine[] {
  const random = createRandom(`sft-log/${from}`);
  const loss = (step: number): number => 0.3 + 2.1 * Math.exp((-4 * step) / total);
  return stepsBetween(from, to).map((step) => ({
    step,
    values: {
      loss: loss(step) + random.normal(0.05),
      learning_rate: 7e-4 * (1 - step / total),
      ...(step === to ? { eval_loss: loss(step) + 0.06 } : {}),
    },
  }));
}

export interface RewardCurve {
  total: number;
  /** Mean reward, 0 to 2, at the first and at the last step. */
  start: number;
  end: number;
}

/** Reward with its parts and KL. */
export function simulateGrpoLog(from: number, to: number, { total, start, end }: RewardCurve): MetricsLine[] {
  const random = createRandom(`grpo-log/${from}/${start}`);
  return stepsBetween(from, to).map((step) => {
    const reward = start + (end - start) * (1 - Math.exp((-3 * step) / total)) + random.normal(0.06);
    const parts = { format: 0.98, granularity: 0.75 * (reward - 0.98), malignancy: 0.25 * (reward - 0.98) };
    return {
      step,
      values: {
        reward,
        ...Object.fromEntries(rewardNames.map((name) => [`reward/${name}`, parts[name]])),
        kl: step === 1 ? 0 : 0.25 * (step / total) + Math.abs(random.normal(0.01)),
        loss: random.normal(0.01),
      },
    };
  });
}

/** Two completions of each step, scored by the real rule. */
export function simulateCompletions(
  questions: readonly Question[],
  from: number,
  to: number,
  settings: RewardSettings,
): SampleLine[] {
  const random = createRandom(`completions/${from}`);
  return stepsBetween(from, to).flatMap((step) =>
    random.sample(questions, 2).map((question) => {
      const completion = simulateOutput(question, { step, image: 'real', right: 0.7, unreadable: 0.05 }, random);
      return { step, id: question.id, completion, components: scoreCompletion(completion, question, settings) };
    }),
  );
}

const stepsBetween = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i + 1);
