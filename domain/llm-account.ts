/** What a run has spent on a language model, and what it may spend. */
import { z } from 'zod';
import type { LlmReply, LlmRequest } from './llm.ts';
import type { LlmPrice } from './llm-settings.ts';

const count = z.int().nonnegative();

/** What a part of a run spent: `calls`, tokens and money of this run, over all its executions; the ledger's are others'. */
export const llmAccountSchema = z.strictObject({
  /** Different requests that the part needs, and how many of them the ledger answered without a call of this pass. */
  requests: count,
  fromLedger: count,
  /** When the first and the last of those entries were written; null without any. */
  writtenFrom: z.iso.datetime().nullable(),
  writtenTo: z.iso.datetime().nullable(),
  calls: count,
  /** Replies of this run that were of no use. */
  unusable: count,
  inputTokens: count,
  outputTokens: count,
  /** Calls whose tokens the endpoint did not report; they are counted as a third of the characters. */
  estimated: count,
  /** Null where a model has no price. */
  money: z.number().nonnegative().nullable(),
  /** What the endpoint says it answered with, each `model fingerprint`. */
  servedBy: z.array(z.string()),
});
export type LlmAccount = z.infer<typeof llmAccountSchema>;

export const budgetSchema = z.strictObject({
  calls: z.int().positive().optional(),
  /** Input and output together. */
  tokens: z.int().positive().optional(),
  /** In the currency of DERMFLOW_LLM_PRICES. */
  money: z.number().positive().optional(),
});
export type LlmBudget = z.infer<typeof budgetSchema>;

export const emptyAccount = (): LlmAccount => ({
  ...{ requests: 0, fromLedger: 0, writtenFrom: null, writtenTo: null, calls: 0, unusable: 0 },
  ...{ inputTokens: 0, outputTokens: 0, estimated: 0, money: 0, servedBy: [] },
});

/** What two halves of one part spent. */
export const joinAccounts = (one: LlmAccount, other: LlmAccount): LlmAccount => ({
  requests: one.requests + other.requests,
  fromLedger: one.fromLedger + other.fromLedger,
  writtenFrom: [one.writtenFrom, other.writtenFrom].filter((time) => time !== null).toSorted()[0] ?? null,
  writtenTo:
    [one.writtenTo, other.writtenTo]
      .filter((time) => time !== null)
      .toSorted()
      .at(-1) ?? null,
  calls: one.calls + other.calls,
  unusable: one.unusable + other.unusable,
  inputTokens: one.inputTokens + other.inputTokens,
  outputTokens: one.outputTokens + other.outputTokens,
  estimated: one.estimated + other.estimated,
  money: one.money === null || other.money === null ? null : one.money + other.money,
  servedBy: [...new Set([...one.servedBy, ...other.servedBy])].toSorted(),
});

const charactersPerToken = 3;
/** For a picture of some 500 pixels per side; providers count from 85 to 1,600. */
const tokensPerImage = 1_000;

/** Adds a call and its reply. */
export function spend(
  account: LlmAccount,
  request: Pick<LlmRequest, 'system' | 'user' | 'images'>,
  reply: LlmReply,
  price: LlmPrice | undefined,
): void {
  const paid = reply.text !== '' || reply.thought > 0 || reply.inputTokens !== null;
  const estimate = (characters: number): number => (paid ? Math.ceil(characters / charactersPerToken) : 0);
  const images = request.images?.length ?? 0;
  const shown = images * tokensPerImage * charactersPerToken;
  const input = reply.inputTokens ?? estimate(request.system.length + request.user.length + shown);
  const output = reply.outputTokens ?? estimate(reply.text.length + reply.thought);
  account.calls++;
  account.inputTokens += input;
  account.outputTokens += output;
  if (paid && (reply.inputTokens === null || reply.outputTokens === null)) account.estimated++;
  if (price === undefined) account.money = null;
  else if (account.money !== null) account.money += (input * price.input + output * price.output) / 1e6;
  const served = [reply.servedModel, reply.systemFingerprint].filter((name) => name !== null).join(' ');
  if (served !== '' && !account.servedBy.includes(served)) account.servedBy = [...account.servedBy, served].toSorted();
}

/** Which limit is reached, in words; null where none is. */
export function limitReached(spent: readonly LlmAccount[], budget: LlmBudget): string | null {
  const sum = (of: (account: LlmAccount) => number): number => spent.reduce((total, account) => total + of(account), 0);
  const calls = sum((account) => account.calls);
  const tokens = sum(({ inputTokens, outputTokens }) => inputTokens + outputTokens);
  const money = sum((account) => account.money ?? 0);
  if (budget.calls !== undefined && calls >= budget.calls) return `${calls} of ${budget.calls} calls`;
  if (budget.tokens !== undefined && tokens >= budget.tokens) return `${tokens} of ${budget.tokens} tokens`;
  if (budget.money !== undefined && money >= budget.money) return `${money.toFixed(2)} of ${budget.money} in money`;
  return null;
}

/** E.g. `612 of 612 from the ledger, written on 2026-11-03`. */
export function ledgerWords({ requests, calls, fromLedger, writtenFrom, writtenTo }: LlmAccount): string {
  if (requests === 0) return calls === 0 ? 'nothing asked' : 'done by another run';
  const [from, to] = [writtenFrom, writtenTo].map((time) => time?.slice(0, 10));
  const when = from === undefined ? '' : `, written ${from === to ? `on ${from}` : `from ${from} to ${to}`}`;
  return `${fromLedger} of ${requests} from the ledger${when}`;
}

/** Providers ask half for what may take a day. */
const batchDiscount = 0.5;

/** The price of a reply that a batch brought, or of one that was asked for alone. */
export const priceOf = (
  price: LlmPrice | undefined,
  { batch }: { batch?: string | undefined },
): LlmPrice | undefined =>
  price && batch !== undefined ? { input: batchDiscount * price.input, output: batchDiscount * price.output } : price;
