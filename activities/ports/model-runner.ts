/** A vision-language model that answers prompts: an ONNX export, the trainer's `generate`, or an endpoint. */

import type { LlmReply } from '../../domain/llm.ts';
import type { OfferedOption, OptionLogProbs } from '../../domain/replies/option-log-probs.ts';
import type { ChatRow, GeneratedRow } from '../../domain/trainer.ts';

export interface AskedRow extends Omit<ChatRow, 'completion'> {
  /** Whose probabilities are wanted from a runner that has them. */
  options?: OfferedOption[];
}

export interface GenerateOptions {
  /** Folder that the rows' image names are relative to. */
  images: string;
  /** An image's bytes from elsewhere, which the runner of an endpoint asks for ahead of the image's turn. */
  load?: (name: string) => Promise<Uint8Array>;
  /** Rows that are decoded together, padded on the left. An endpoint decides that itself. */
  batchSize: number;
  maxNewTokens: number;
  /** Default: 0, greedy. Above it each row is sampled by its own seed, whatever shares its batch. */
  temperature?: number;
  /** Ends the generation with the signal's reason. */
  signal?: AbortSignal;
  /** Called after each batch with the number of rows done. */
  onProgress?: (done: number, total: number) => void;
}

export interface Generated extends GeneratedRow {
  /** Where the model's side says how the answer ended; absent: by the number of tokens. */
  finish?: LlmReply['finish'];
  options?: OptionLogProbs;
}

export interface ModelRunner {
  /**
   * One result per row, as soon as it is there, those of a batch at once. In the order of the rows, except for an endpoint,
   * whose `tokens` are empty too.
   */
  generate(rows: readonly AskedRow[], options: GenerateOptions): AsyncIterable<Generated>;
  close(): Promise<void>;
}
