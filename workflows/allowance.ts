/** What the run may spend on the language model, and what its parts have spent. Of this run alone, like `attempts.ts`. */
import { defineSignal, setHandler } from '@temporalio/workflow';
import type { LlmAllowance } from '../domain/contracts/trajectories.ts';
import { budgetSchema, type LlmAccount, type LlmBudget, ledgerWords } from '../domain/llm-account.ts';
import { signals } from '../domain/names.ts';
import type { Progress } from './progress.ts';

export const setBudget = defineSignal<[budget: LlmBudget]>(signals.setBudget);

let budget: LlmBudget | undefined;
const accounts: LlmAccount[] = [];

/** @param given in place of the recipe's; the signal replaces both */
export function listenForBudget(given: unknown): void {
  const take = (value: unknown): void => {
    // Any client may start or signal; what is no budget changes nothing.
    const parsed = budgetSchema.safeParse(value);
    if (parsed.success) budget = parsed.data;
  };
  take(given);
  setHandler(setBudget, take);
}

/** For the next call of an activity that asks the model. */
export const allowance = (): LlmAllowance => ({ ...(budget ? { budget } : {}), spent: [...accounts] });

/** Counts what a part of the run spent on the language model, and says it. */
export function accounted<T extends { llm?: LlmAccount | null }>(part: string, result: T, progress: Progress): T {
  if (result.llm) {
    accounts.push(result.llm);
    progress.say(part, ledgerWords(result.llm));
  }
  return result;
}
