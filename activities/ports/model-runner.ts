/** A vision-language model that answers prompts greedily. One implementation for each runtime of the recipe. */
import type { ChatRow, GeneratedRow } from '../../domain/trainer.ts';

export interface GenerateOptions {
  /** Folder that the rows' image names are relative to. */
  images: string;
  /** Rows that are decoded together, padded on the left. */
  batchSize: number;
  maxNewTokens: number;
  /** Ends the generation with the signal's reason. */
  signal?: AbortSignal;
  /** Called after each batch with the number of rows done. */
  onProgress?: (done: number, total: number) => void;
}

export interface ModelRunner {
  /** One result per row, in the order of the rows. */
  generate(rows: readonly ChatRow[], options: GenerateOptions): AsyncIterable<GeneratedRow>;
  close(): Promise<void>;
}
