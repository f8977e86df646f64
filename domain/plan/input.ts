/** What any method's plan is made from, and what calls of a language model cost. */
import type { Recipe } from '../recipe/recipe.ts';
import type { Architecture } from './architecture.ts';
import type { Computer } from './memory.ts';

export interface DataCounts {
  /** Training questions, of a method that asks none training cases. */
  items: number;
  /** Cases of the test split; null where nobody has counted them. */
  test: number | null;
  /** Cases with a rationale; null where nobody has counted them. */
  textbook: number | null;
  /** Images of all cases that are counted. */
  images: number;
  /** Pictures with concepts, and different concepts, where the recipe aligns them. */
  concepts?: { pictures: number; terms: number };
}

/** In any currency, for a million tokens. */
export interface TokenPrices {
  input: number;
  output: number;
}

export interface PlanInput<R = Recipe> {
  recipe: R;
  data: DataCounts;
  /** Null where the base model's config is not at hand. */
  architecture: Architecture | null;
  devices: number;
  /** What the trainer computes on; an accelerator where it is not said. */
  computer?: Computer;
  prices: TokenPrices | null;
}

export interface LlmCost {
  llmCalls: number;
  inputTokens: number;
  outputTokens: number;
  price: number | null;
}

export function costOf(llmCalls: number, tokens: TokenPrices, prices: TokenPrices | null): LlmCost {
  const [inputTokens, outputTokens] = [llmCalls * tokens.input, llmCalls * tokens.output];
  const price = prices && (inputTokens * prices.input + outputTokens * prices.output) / 1e6;
  return { llmCalls, inputTokens, outputTokens, price };
}

/** Checkpoints on the local disk at one time: resumed from, being written, being uploaded, waiting. */
export const localCheckpoints = 4;
/** Bytes per pixel of a lossless photograph. */
export const bytesPerPixel = 2;
