/** Requests to the LLM, made side by side, and what becomes of a model whose replies are of no use. */
import { DermflowError, failureTypes } from '../../domain/failures.ts';
import type { LlmRequest } from '../../domain/llm.ts';
import { concurrently } from '../concurrently.ts';
import type { LlmClient } from '../ports/llm-client.ts';

export interface Asking {
  /** With a ledger: a reply that was paid for is not asked for again. */
  llm: LlmClient;
  /** Requests under way at the same time. */
  concurrency: number;
  onReply: (done: number, total: number) => void;
  signal: AbortSignal;
}

/** The texts of the replies by the id of their request. */
export async function askAll(
  requests: readonly { id: string; request: LlmRequest }[],
  { llm, concurrency, onReply, signal }: Asking,
): Promise<Map<string, string>> {
  let done = 0;
  const replies = await concurrently(requests, concurrency, async ({ id, request }) => {
    signal.throwIfAborted();
    const { text } = await llm.complete(request, signal);
    onReply(++done, requests.length);
    return [id, text] as const;
  });
  return new Map(replies);
}

/** Throws an `LlmFailure` where more than the allowed share of the replies is unusable. */
export function refuseTooManyRejected(rejected: readonly { reason: string }[], asked: number, share: number): void {
  if (rejected.length <= share * asked) return;
  const reasons = [...new Set(rejected.map(({ reason }) => reason))].join(', ');
  throw new DermflowError(
    failureTypes.llm,
    `${rejected.length} of ${asked} LLM replies are unusable (${reasons}), trajectories.maxRejectedShare allows ${share}; use another model or raise it`,
  );
}
