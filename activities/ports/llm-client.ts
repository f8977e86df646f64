/** Any chat model: the embedded one or an OpenAI-compatible endpoint. */
export interface LlmRequest {
  system: string;
  user: string;
  /** JSON schema that the answer must satisfy; the embedded model is held to it by a grammar. */
  jsonSchema?: Record<string, unknown>;
  maxTokens: number;
  temperature: number;
  seed: number;
}

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
