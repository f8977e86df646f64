/** What only the machine that trains can check before anything starts: packages that are missing, the commit of a hub model. */
import { execa } from 'execa';
import { z } from 'zod';
import { unavailable, userMistake } from '../../domain/failures.ts';
import { jsonOrNull } from '../../domain/rows/json-text.ts';
import { trainerVariables } from './trainer-process.ts';

export interface PreflightRequest {
  /** Hub id, with or without a revision; null: none is to be resolved. */
  model: string | null;
  /** Names of Python modules that jobs will ask for, each with the setting that asks for it. */
  needs: { module: string; setting: string }[];
}

const answerSchema = z.union([
  z.strictObject({ model: z.string().nullable(), type: z.string().nullable() }),
  z.strictObject({ problem: z.string(), transient: z.boolean() }),
]);

/** `owner/name@commit` of the model asked for and its type as its configuration says it; null where none was asked for. */
interface Preflight {
  model: string | null;
  type: string | null;
}

/**
 * Asks the Python of the trainer. Throws a user's mistake for what is missing or unknown, `unavailable` where the hub does
 * not answer.
 */
export async function preflight(python: string, request: PreflightRequest): Promise<Preflight> {
  const { stdout, stderr, failed } = await execa(
    python,
    ['-m', 'dermflow_trainer.base_model.preflight', JSON.stringify(request)],
    { env: trainerVariables, reject: false },
  );
  const answer = answerSchema.safeParse(jsonOrNull(stdout.trim().split('\n').at(-1) ?? ''));
  if (failed || !answer.success) {
    throw unavailable(
      `${python}: the trainer's preflight ended without an answer: ${stderr.trim().split('\n').at(-1)}`,
    );
  }
  if ('model' in answer.data) return answer.data;
  const { problem, transient } = answer.data;
  throw transient ? unavailable(problem) : userMistake(problem);
}
