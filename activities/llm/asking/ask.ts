/** Requests to the LLM, made side by side, and what becomes of a model whose replies are of no use. */
import pLimit from 'p-limit';
import { DermflowError, failureTypes, needsPerson, userMistake } from '../../../domain/failures.ts';
import type { LlmRequest, ReplyReader } from '../../../domain/llm.ts';
import {
  emptyAccount,
  type LlmAccount,
  type LlmBudget,
  limitReached,
  priceOf,
  spend,
} from '../../../domain/llm-account.ts';
import type { LlmSettings } from '../../../domain/llm-settings.ts';
import { concurrently } from '../../concurrently.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { LlmClient } from '../../ports/llm-client.ts';
import { type LedgerAnswer, type LedgerEntry, openLedger, type RunRef } from '../ledger.ts';
import { recogniseModel, recognitionRequest, type ServedModel } from '../served.ts';
import { askInBatches } from './ask-in-batches.ts';

export interface Asking {
  store: ArtifactStore;
  /** Fast local disk. */
  scratch: string;
  llm: LlmClient;
  settings: Pick<LlmSettings, 'concurrency' | 'asks' | 'prices' | 'thinkingTokens'>;
  /** Whose money it is. */
  run: RunRef;
  budget: LlmBudget;
  /** What earlier parts of the run spent. */
  spent: readonly LlmAccount[];
  /** By the provider's batch API, and what that does not answer one by one. */
  byBatch?: boolean;
  onReply: (done: number, total: number, account: LlmAccount) => void;
  /** How far a batch is that is waited for. */
  onBatch?: (batch: string, done: number, lines: number) => void;
  /** Milliseconds between two polls of a batch. Default: a minute. */
  batchPollMs?: number;
  now: () => Date;
  signal: AbortSignal;
}

export interface IdentifiedRequest {
  id: string;
  request: LlmRequest;
  read: ReplyReader;
}

export type Answers = ReadonlyMap<string, LedgerAnswer>;

/**
 * Which model answers a part of a run; an endpoint is asked by one small call. Each part has its own, which every
 * attempt and `resume` finds again.
 *
 * @param method of the part
 */
export async function recognise(asking: Asking, method: string): Promise<ServedModel> {
  const { store, llm, settings, run, budget, spent, signal } = asking;
  const identity = await llm.identify(signal);
  if (budget.money !== undefined && settings.prices[identity.model] === undefined) {
    throw userMistake(`budget.money needs the price of "${identity.model}"; name it in DERMFLOW_LLM_PRICES`);
  }
  return recogniseModel(store, identity, { run: run.id, stage: method }, async (request) => {
    const reached = limitReached(spent, budget);
    if (reached !== null) throw overBudget(reached);
    return llm.complete(request, signal);
  });
}

/** What a part has spent before its first request: the call by which its model was recognised. */
export function openAccount({ identity, reply }: ServedModel, prices: LlmSettings['prices']): LlmAccount {
  const account = emptyAccount();
  if (reply !== null) spend(account, recognitionRequest, reply, prices[identity.model]);
  return account;
}

/** The replies by the id of their request, and what they cost. */
export async function askAll(
  questions: readonly IdentifiedRequest[],
  model: ServedModel,
  asking: Asking,
): Promise<{ answers: Answers; account: LlmAccount }> {
  const { store, llm, settings, run, budget, spent, onReply, now, signal } = asking;
  const account = openAccount(model, settings.prices);
  const price = settings.prices[model.identity.model];
  // The limit is the endpoint's: what is read and stored meanwhile does not hold up the next request.
  const atEndpoint = pLimit(settings.concurrency);
  let underway = 0;
  const complete = (request: LlmRequest) =>
    atEndpoint(async () => {
      signal.throwIfAborted();
      const reserved = { ...account, calls: account.calls + underway };
      const reached = limitReached([...spent, reserved], budget);
      if (reached !== null) throw overBudget(reached);
      underway++;
      try {
        const reply = await llm.complete(request, signal);
        spend(account, request, reply, price);
        return reply;
      } finally {
        underway--;
      }
    });
  const ledger = await openLedger({ store, model, run, asks: settings.asks, complete, now, signal });
  // How many replies, beyond those at the endpoint, may wait for the store: a slow one must not leave the endpoint idle.
  const unstored = 3 * settings.concurrency;
  const lanes = settings.concurrency + unstored;
  const digests = new Set<string>();
  const asked = questions.map((question) => {
    const digest = ledger.digestOf(question.request);
    // Equal requests are paid for once, and so counted once.
    return { ...question, digest, isFirst: digests.size < digests.add(digest).size };
  });
  account.requests = digests.size;
  const countKnown = (request: LlmRequest, entries: readonly LedgerEntry[]): void => {
    for (const entry of entries) if (entry.run === run.id) spend(account, request, entry.reply, priceOf(price, entry));
  };
  // What this run has spent must be known before it may spend more.
  const isLimited = Object.keys(budget).length > 0;
  if (isLimited) {
    const firsts = asked.filter(({ isFirst }) => isFirst);
    await concurrently(firsts, lanes, async ({ request, read }) =>
      countKnown(request, await ledger.known(request, read)),
    );
  }
  const fresh = asking.byBatch
    ? await askInBatches(asked, {
        ...{ store, llm, ledger, part: model.part, budget, spent, account, isLimited, price, now, signal },
        thinkingTokens: settings.thinkingTokens,
        onBatch: asking.onBatch,
        pollMs: asking.batchPollMs,
      })
    : new Set<string>();
  let done = 0;
  const answers = await concurrently(asked, lanes, async ({ id, digest, isFirst, request, read }) => {
    signal.throwIfAborted();
    const answer = await ledger.ask(request, read);
    if (isFirst) {
      if (!isLimited) countKnown(request, answer.entries.slice(0, answer.known));
      countLedger(account, answer, fresh.has(digest));
    }
    onReply(++done, questions.length, account);
    return [id, answer] as const;
  });
  return { answers: new Map(answers), account };
}

const overBudget = (reached: string): DermflowError =>
  needsPerson(
    `the run's budget for the language model is spent: ${reached}; "dermflow resume <run> --budget calls=…" (or tokens=…, money=…) raises it and goes on`,
  );

/** @param isFresh a batch of this pass brought it */
function countLedger(account: LlmAccount, { entries, known, fault }: LedgerAnswer, isFresh: boolean): void {
  account.unusable += entries.length - (fault === null ? 1 : 0);
  const last = entries.at(-1);
  if (!last || entries.length > known || isFresh) return;
  account.fromLedger++;
  if (account.writtenFrom === null || last.at < account.writtenFrom) account.writtenFrom = last.at;
  if (account.writtenTo === null || last.at > account.writtenTo) account.writtenTo = last.at;
}

/**
 * Throws an `LlmFailure` where more than the allowed share of the replies is unusable.
 *
 * @param field of the recipe, that allows it
 */
export function refuseTooManyRejected(
  rejected: readonly { reason: string; words: string | null }[],
  asked: number,
  share: number,
  field = 'trajectories.maxRejectedShare',
): void {
  if (rejected.length <= share * asked) return;
  const reasons = [...new Set(rejected.map(({ reason }) => reason))].join(', ');
  const words = rejected.find((each) => each.words !== null)?.words;
  throw new DermflowError(
    failureTypes.llm,
    `${rejected.length} of ${asked} LLM replies are unusable (${reasons}), ${field} allows ${share}; mend what they say, use another model or raise it, then "dermflow resume" asks for these again${words ? `; the endpoint says: ${words}` : ''}`,
    { final: true }, // another attempt would find the same replies
  );
}
