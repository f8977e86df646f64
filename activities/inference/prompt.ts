/** A user turn with its images, and a system turn before it where there is one, by the model's own chat template. */
import { userMistake } from '../../domain/failures.ts';
import type { AskedRow } from '../ports/model-runner.ts';
import { type Grid, imageTokens } from './grid.ts';
import type { ModelFiles } from './model-files.ts';
import { type Positions, ropePositions } from './positions.ts';

export interface Prompt {
  tokens: number[];
  /** How many of them lead up to its last image and are that; 0 where there is none, or where nothing follows it. */
  shown: number;
  positions: Positions;
}

/** Throws a user's mistake where the text itself holds the image placeholder. */
export function tokenisePrompt(
  { prompt: text, system }: Pick<AskedRow, 'prompt' | 'system'>,
  grids: readonly Grid[],
  files: ModelFiles,
): Prompt {
  const content = [...grids.map(() => ({ type: 'image' })), { type: 'text', text }];
  const turns = system === undefined ? [] : [{ role: 'system', content: [{ type: 'text', text: system }] }];
  const messages = [...turns, { role: 'user', content }];
  const rendered = files.template.render({ messages, add_generation_prompt: true });
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
  const shown = tokens.lastIndexOf(files.imageToken) + 1;
  return {
    ...{ tokens, shown: shown < tokens.length ? shown : 0 },
    positions: ropePositions(tokens, files.imageToken, grids, files.image.mergeSize),
  };
}
