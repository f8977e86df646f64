/** What a chat model is asked. Equal requests are paid for once, so nothing of the moment stands in one. */
export interface LlmRequest {
  system: string;
  user: string;
  /** JSON schema that the answer must satisfy; the embedded model is held to it by a grammar. */
  jsonSchema?: Record<string, unknown>;
  maxTokens: number;
  temperature: number;
  seed: number;
}
