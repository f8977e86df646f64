/**
 * How far a resumed run is to be trusted to repeat the run that was not disturbed. Decided when a checkpoint is loaded,
 * by comparing the environment that wrote it with the one that goes on.
 */
import { z } from 'zod';

/** What decides how a trainer's sums are grouped and its random numbers drawn. */
export const trainingEnvironmentSchema = z.object({
  /** Versions, e.g. `{ torch: '2.15.0' }`. */
  software: z.record(z.string(), z.string()),
  /** Name of the accelerator, or `cpu`. */
  device: z.string(),
  /** Processes of the trainer, one per device. */
  worldSize: z.int().positive(),
  /** CPU threads of a process. */
  threads: z.int().positive(),
  /** As the trainer found them: instructions, libraries, attention, variables. Manifests of before 2026-12 have none. */
  numerics: z.record(z.string(), z.string()).default({}),
});
export type TrainingEnvironment = z.infer<typeof trainingEnvironmentSchema>;

/**
 * `exact`: the same bytes as undisturbed. `approximate`: the whole state is there, the numbers may differ in their last
 * digits or by the draw of completions. `weights-only`: the optimiser starts over.
 */
const verdicts = ['exact', 'approximate', 'weights-only'] as const;
export const trustSchema = z.strictObject({ verdict: z.enum(verdicts), reasons: z.array(z.string()) });
type Trust = z.infer<typeof trustSchema>;

export interface SavedState {
  environment: TrainingEnvironment;
  /** The trainer's own word that loading this state in the same environment repeats the run. */
  exact: boolean;
  /** Names of the checkpoint's files. */
  files: readonly string[];
}

export const exactly: Trust = { verdict: 'exact', reasons: [] };

/** The verdict on going on from `saved` in the environment `now`, with every reason against `exact`. */
export function judgeResume(saved: SavedState, now: TrainingEnvironment): Trust {
  const missing = ['optim', 'scheduler', 'rng_state'].filter(
    (part) => !saved.files.some((name) => name.includes(part)),
  );
  if (missing.length > 0)
    return { verdict: 'weights-only', reasons: missing.map((part) => `it holds no ${part} file`) };
  const { environment: then } = saved;
  const reasons = [
    ...changes(then.software, now.software),
    ...(then.device === now.device ? [] : [`device: ${then.device} then, ${now.device} now`]),
    ...(then.worldSize === now.worldSize ? [] : [`processes: ${then.worldSize} then, ${now.worldSize} now`]),
    ...(then.threads === now.threads ? [] : [`threads: ${then.threads} then, ${now.threads} now`]),
    ...changes(then.numerics, now.numerics),
    ...(saved.exact ? [] : ['sums are grouped alike in every run only with one process of one CPU thread']),
  ];
  return reasons.length === 0 ? exactly : { verdict: 'approximate', reasons };
}

function changes(then: Record<string, string>, now: Record<string, string>): string[] {
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])].toSorted();
  return names
    .filter((name) => then[name] !== now[name])
    .map((name) => `${name}: ${then[name] ?? 'absent'} then, ${now[name] ?? 'absent'} now`);
}

/** A run is as good as the worst of its resumes; reasons are named once. */
export function worstOf(trusts: readonly Trust[]): Trust {
  const rank = Math.max(0, ...trusts.map(({ verdict }) => verdicts.indexOf(verdict)));
  return { verdict: verdicts[rank] ?? 'exact', reasons: [...new Set(trusts.flatMap(({ reasons }) => reasons))] };
}
