/** Requests by the provider's batch API: which are submitted, what they may cost, how they come to the ledger. */
import { userMistake } from '../../../domain/failures.ts';
import type { LlmReply, LlmRequest, ReplyReader } from '../../../domain/llm.ts';
import { type LlmAccount, type LlmBudget, limitReached, priceOf, spend } from '../../../domain/llm-account.ts';
import type { LlmPrice } from '../../../domain/llm-settings.ts';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { LlmClient } from '../../ports/llm-client.ts';
import { askByBatch } from '../batch/durable.ts';
import type { Ledger } from '../ledger.ts';

interface BatchPass {
  store: ArtifactStore;
  llm: Pick<LlmClient, 'model' | 'batches'>;
  ledger: Ledger;
  /** The part of the run, by its digest. */
  part: string;
  budget: LlmBudget;
  spent: readonly LlmAccount[];
  account: LlmAccount;
  /** Whether the account holds all that the run has spent by now. */
  isLimited: boolean;
  price: LlmPrice | undefined;
  /** Tokens besides the answer's own that a reply may think for. */
  thinkingTokens: number;
  onBatch: ((batch: string, done: number, lines: number) => void) | undefined;
  pollMs: number | undefined;
  now: () => Date;
  signal: AbortSignal;
}

/** Asks for what has no reply yet; returns the digests of the requests that a batch of this pass answered. */
export async function askInBatches(
  questions: readonly { digest: string; request: LlmRequest; read: ReplyReader }[],
  pass: BatchPass,
): Promise<Set<string>> {
  const { store, llm, ledger, part, budget, spent, account, isLimited, price, thinkingTokens } = pass;
  const { onBatch, pollMs, now, signal } = pass;
  const { batches } = llm;
  if (batches === undefined) {
    throw userMistake(
      `recipe: llm.batch is true, but "${llm.model}" cannot be asked in batches; set it to false, or name a provider that has them`,
    );
  }
  const byDigest = new Map(questions.map((question) => [question.digest, question]));
  const fresh = new Set<string>();
  await askByBatch({
    ...{ store, batches, part, now, signal, pollMs, onPoll: onBatch ?? (() => {}) },
    requests: new Map([...byDigest].map(([digest, { request }]) => [digest, request])),
    next: async (submitted) => {
      const lines = new Map<string, LlmRequest>();
      const reserved = { ...account };
      for (const [digest, { request, read }] of byDigest) {
        if (submitted.has(digest) || (await ledger.known(request, read)).length > 0) continue;
        // As if each reply took all the room that it may: a batch cannot be stopped at a limit.
        if (limitReached([...spent, reserved], budget) !== null) break;
        spend(reserved, request, longestReply(request, thinkingTokens), priceOf(price, { batch: part }));
        lines.set(digest, request);
      }
      return lines;
    },
    keep: async (digest, reply, batch) => {
      const question = byDigest.get(digest);
      if (!question || !(await ledger.take(question.request, reply, batch))) return;
      fresh.add(digest);
      if (isLimited) spend(account, question.request, reply, priceOf(price, { batch }));
    },
  });
  return fresh;
}

const longestReply = ({ maxTokens }: LlmRequest, thinkingTokens: number): LlmReply => ({
  ...{ text: '-', finish: 'length', thought: 0, thinking: 'none', inputTokens: null },
  outputTokens: maxTokens + thinkingTokens,
  ...{ servedModel: null, systemFingerprint: null, words: null },
});
