/** Drawn answers with probabilities whose true calibration error is known, to see how often its interval holds it. */
import { calibrationSummary } from '../../domain/benchmarks/summaries/calibration.ts';
import type { ScoredRow } from '../../domain/evaluation/scored.ts';
import type { Random } from '../../domain/random.ts';

/** How often an answer of a confidence is right. */
const models = {
  /** As often as it says: the true error is 0. */
  calibrated: (confidence: number) => confidence,
  /** A tenth less often than it says. */
  overconfident: (confidence: number) => Math.max(0, confidence - 0.1),
  /** Always alike, whatever it says. */
  uninformed: () => 0.6,
} as const;
export type CalibrationModel = keyof typeof models;
export const calibrationModels = Object.keys(models) as CalibrationModel[]; // the keys of the object above

export interface CalibrationSetting {
  model: CalibrationModel;
  groups: number;
  /** Items of a group. */
  perGroup: number;
  /** How far items of a group are right or wrong together: 0 not at all, 1 wholly. */
  correlation: number;
}

/** Of four options and a model that is mostly sure: from 0.25 to 1, half of them above 0.81. */
const confidenceAt = (draw: number): number => 1 - 0.75 * draw ** 2;

/** By the same bins: of all answers there might be. */
export function trueError(model: CalibrationModel, bins = 15, points = 200_000): number {
  const gaps = new Float64Array(bins);
  for (let i = 0; i < points; i += 1) {
    const confidence = confidenceAt((i + 0.5) / points);
    const bin = Math.max(0, Math.ceil(confidence * bins) - 1);
    gaps[bin] = (gaps[bin] ?? 0) + confidence - models[model](confidence);
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / points;
}

export function drawAnswers({ model, groups, perGroup, correlation }: CalibrationSetting, random: Random): ScoredRow[] {
  const together = Math.sqrt(correlation);
  return Array.from({ length: groups }, (_, group) => {
    const common = random.float();
    return Array.from({ length: perGroup }, (): ScoredRow => {
      const confidence = confidenceAt(random.float());
      const correct = (random.float() < together ? common : random.float()) < models[model](confidence);
      const reading = { letter: 'A', predicted: 'a', correct, score: Number(correct) };
      return {
        ...{ group, source: 's', attributes: {}, expected: 'a', unreadable: null },
        ...{ strict: reading, lenient: reading, confidence },
      };
    });
  }).flat();
}

/** Share of drawn evaluations whose interval holds the true error; mean width, mean of what was found less the true one. */
export function calibrationCoverage(
  setting: CalibrationSetting,
  { trials, random }: { trials: number; random: Random },
): { coverage: number; width: number; bias: number } {
  const truth = trueError(setting.model);
  let [held, width, bias] = [0, 0, 0];
  for (let i = 0; i < trials; i += 1) {
    const { calibration } = calibrationSummary(drawAnswers(setting, random));
    if (!calibration) throw new RangeError('nothing was drawn');
    const { value, low, high } = calibration.ece;
    held += Number(low <= truth && truth <= high);
    width += high - low;
    bias += value - truth;
  }
  return { coverage: held / trials, width: width / trials, bias: bias / trials };
}

export const calibrationGroups = [8, 30, 200, 1000] as const;

export const calibrationSettings = (groups: number): CalibrationSetting[] =>
  calibrationModels.flatMap((model) => [0, 0.5].map((correlation) => ({ model, groups, perGroup: 5, correlation })));
