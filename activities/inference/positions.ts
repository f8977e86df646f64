/**
 * M-RoPE positions of one prompt, as `get_rope_index` of Qwen2.5-VL: text counts up on all three axes, an image keeps
 * its time and counts rows and columns of merged patches, and the text after it goes on from the larger side.
 */
import type { Grid } from './grid.ts';

export interface Positions {
  time: number[];
  height: number[];
  width: number[];
  /** Position of the first generated token, on all three axes. */
  next: number;
}

/**
 * @param tokens the prompt, image placeholders expanded
 * @param grids one for each run of placeholders, in order
 */
export function ropePositions(
  tokens: readonly number[],
  imageToken: number,
  grids: readonly Grid[],
  merge: number,
): Positions {
  const positions: Positions = { time: [], height: [], width: [], next: 0 };
  const push = (time: number, height: number, width: number): void => {
    positions.time.push(time);
    positions.height.push(height);
    positions.width.push(width);
  };
  const remaining = [...grids];
  while (positions.time.length < tokens.length) {
    const start = positions.next;
    if (tokens[positions.time.length] !== imageToken) {
      push(start, start, start);
      positions.next += 1;
      continue;
    }
    const grid = remaining.shift();
    if (!grid) throw new RangeError('the prompt has more image placeholders than images');
    const rows = grid.height / merge;
    const columns = grid.width / merge;
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) push(start, start + row, start + column);
    }
    positions.next += Math.max(rows, columns);
  }
  if (remaining.length > 0) throw new RangeError('the prompt has fewer image placeholders than images');
  return positions;
}
