/** One user turn with its images, rendered by the model's own chat template and tokenised. */
import { userMistake } from '../../domain/failures.ts';
import type { ModelFiles } from './model-files.ts';
import { type Grid, imageTokens } from './patches.ts';
import { type Positions, ropePositions } from './positions.ts';

export interface Prompt {
  tokens: number[];
  positions: Positions;
}

/** Throws a user's mistake where the text itself holds the image placeholder. */
export function tokenisePrompt(text: string, grids: readonly Grid[], files: ModelFiles): Prompt {
  const content = [...grids.map(() => ({ type: 'image' })), { type: 'text', text }];
  const rendered = files.template.render({ messages: [{ role: 'user', content }], add_generation_prompt: true });
  const short: number[] = files.tokenizer.encode(rendered, { add_special_tokens: false }).ids;
  const placeholders = short.filter((token) => token === files.imageToken).length;
  if (placeholders !== grids.length) {
    throw userMistake(`a prompt with ${grids.length} images renders ${placeholders} image placeholders: ${text}`);
  }
  const remaining = [...grids];
  const tokens = short.flatMap((token) => {
    const grid = token === files.imageToken ? remaining.shift() : undefined;
    return grid ? new Array<number>(imageTokens(grid, files.image)).fill(token) : [token];
  });
  return { tokens, positions: ropePositions(tokens, files.imageToken, grids, files.image.mergeSize) };
}
