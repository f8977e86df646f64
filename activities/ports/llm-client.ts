/** Any chat model: the embedded one or an OpenAI-compatible endpoint. */
import type { LlmRequest } from '../../domain/llm.ts';

export interface LlmReply {
  text: string;
  inputTokens: number;
  outputTokens: number;
}

export interface LlmClient {
  /** Name and version of the model; part of the key under which a response is stored. */
  readonly model: string;
  complete(request: LlmRequest, signal: AbortSignal): Promise<LlmReply>;
  close(): Promise<void>;
}
