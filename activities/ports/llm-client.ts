/** Any chat model: the embedded one or an endpoint. */
import type { LlmIdentity, LlmReply, LlmRequest } from '../../domain/llm.ts';

export interface LlmClient {
  /** Name of the model for people. */
  readonly model: string;
  /** Which model answers now; asks the endpoint, for the same name may serve other weights than yesterday. */
  identify(signal: AbortSignal): Promise<LlmIdentity>;
  /** One reply, usable or not. Throws where the endpoint is away, or wants something that only a person can mend. */
  complete(request: LlmRequest, signal: AbortSignal): Promise<LlmReply>;
  close(): Promise<void>;
}
