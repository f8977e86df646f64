/** Any chat model: the embedded one or an endpoint. */
import type { LlmIdentity, LlmReply, LlmRequest } from '../../domain/llm.ts';

export interface LlmClient {
  /** Name of the model for people. */
  readonly model: string;
  /** Which model answers now; asks the endpoint, because the same name may serve other weights than yesterday. */
  identify(signal: AbortSignal): Promise<LlmIdentity>;
  /** One reply, usable or not. Throws where the endpoint is away, or wants something that only a person can mend. */
  complete(request: LlmRequest, signal: AbortSignal): Promise<LlmReply>;
  /** Absent where the provider answers single requests only. */
  readonly batches?: LlmBatches;
  close(): Promise<void>;
}

/** A provider's way to answer many requests within a day, at half the price. A line is a request by an id of its own. */
export interface LlmBatches {
  /** Returns the batch's id. A crash before it is noted leaves a batch that `find` finds. */
  submit(lines: ReadonlyMap<string, LlmRequest>, label: string, signal: AbortSignal): Promise<string>;
  /** Batches that may have this label; where the provider keeps no labels, those with the same number of lines. */
  find(lines: ReadonlyMap<string, LlmRequest>, label: string, since: Date, signal: AbortSignal): Promise<string[]>;
  /** How far a batch is. */
  poll(batch: string, lines: ReadonlyMap<string, LlmRequest>, signal: AbortSignal): Promise<BatchState>;
}

export type BatchState =
  | { ended: false; done: number }
  | {
      ended: true;
      /** A line without one failed, or ran out of time. */
      replies: ReadonlyMap<string, LlmReply>;
      /** Whether it is a batch of these lines at all. */
      isOurs: boolean;
    };
