/** `dermflow resume`: an open run retries at once what waits; a failed, cancelled or ended one continues. */
import { Command } from 'commander';
import { userMistake } from '../../domain/failures.ts';
import { budgetSchema, type LlmBudget } from '../../domain/llm-account.ts';
import { signals } from '../../domain/names.ts';
import { underOwnRules } from '../../domain/recipe/versions.ts';
import { knownInputOf, knownStatusOf } from '../follow/recorded.ts';
import type { RunStatus } from '../follow/run-status.ts';
import { handleOf, startRun } from '../runs.ts';
import { type Session, withSession } from '../session.ts';

export const resumeCommand = (): Command =>
  new Command('resume')
    .description('continue a failed, cancelled or half-finished run from its newest valid checkpoint')
    .argument('<run>')
    .option('--budget <limit=number>', 'what the language model may cost: calls=…, tokens=…, money=…', readBudget)
    .option('--json', 'as a JSON object')
    .action((run: string, { json = false, budget }: { json?: boolean; budget?: LlmBudget }) =>
      withSession(async (session) => {
        const message = await resume(session, run, budget);
        console.log(json ? JSON.stringify({ run, message }) : message);
      }),
    );

/** `calls=5000,money=20`; each limit that is not named has none. */
export function readBudget(text: string): LlmBudget {
  const fields = text.split(',').map((field) => field.split('=', 2));
  const budget = budgetSchema.safeParse(Object.fromEntries(fields.map(([name = '', value]) => [name, Number(value)])));
  if (budget.success) return budget.data;
  throw userMistake(`--budget "${text}" is not a budget; give e.g. calls=5000, tokens=2000000 or calls=5000,money=20`);
}

/** Returns what was done, in a line. */
export async function resume(
  session: Pick<Session, 'client' | 'store' | 'workers'>,
  run: string,
  budget?: LlmBudget,
): Promise<string> {
  const { client } = session;
  const status = await knownStatusOf(session, run);
  if (status.state === 'COMPLETED') return `run ${run} is finished; nothing to resume`;
  if (status.state === 'RUNNING') {
    if (budget) await handleOf(client, run).signal(signals.setBudget, budget);
    return retryNow({ client }, status);
  }
  const found = await knownInputOf(session, run);
  const input = { ...found, recipe: underOwnRules(found.recipe) };
  await startRun(client, { input: budget ? { ...input, budget } : input, run, reuse: 'ALLOW_DUPLICATE_FAILED_ONLY' });
  return `run ${run} continues; what is finished comes from the store, training from its newest checkpoint`;
}

/** Signals each workflow, the run and its evaluations, whose activities wait for their next attempt. */
async function retryNow({ client }: Pick<Session, 'client'>, status: RunStatus): Promise<string> {
  const { run, pending, progress, waits } = status;
  const waitsForPerson = (progress?.waitsFor ?? []).map(({ activity }) => ({ workflow: run, id: activity }));
  const waiting = Map.groupBy(
    [...pending.filter(({ state }) => state === 'retrying'), ...waitsForPerson],
    ({ workflow }) => workflow,
  );
  for (const [workflow, activities] of waiting) {
    await handleOf(client, workflow).signal(
      signals.retryNow,
      activities.map(({ id }) => id),
    );
  }
  const names = [...waiting.values()].flat().map(({ id }) => id);
  if (names.length > 0) return `run ${run} retries ${names.join(', ')} now`;
  return waits === undefined ? `run ${run} is under way; nothing waits` : `run ${run} is under way, and ${waits}`;
}
