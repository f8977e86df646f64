/** Features of many pictures, a row each, row after row. */
export interface Matrix {
  rows: number;
  width: number;
  data: Float32Array;
}

/** Mean and standard deviation of each column; a column that is the same everywhere has 1, so that it becomes 0. */
interface Scaling {
  mean: Float64Array;
  deviation: Float64Array;
}

export function scalingOf({ rows, width, data }: Matrix): Scaling {
  const mean = new Float64Array(width);
  const squares = new Float64Array(width);
  for (let i = 0; i < rows * width; i += 1) mean[i % width] = (mean[i % width] ?? 0) + (data[i] ?? 0) / rows;
  for (let i = 0; i < rows * width; i += 1) {
    const gap = (data[i] ?? 0) - (mean[i % width] ?? 0);
    squares[i % width] = (squares[i % width] ?? 0) + (gap * gap) / rows;
  }
  // What rounding leaves of a constant is no spread.
  const deviation = squares.map((square, j) =>
    Math.sqrt(square) <= 1e-7 * Math.abs(mean[j] ?? 0) || square === 0 ? 1 : Math.sqrt(square),
  );
  return { mean, deviation };
}

/** In place: a second copy would double the memory. */
export function standardise({ rows, width, data }: Matrix, { mean, deviation }: Scaling): void {
  for (let i = 0; i < rows * width; i += 1) {
    data[i] = ((data[i] ?? 0) - (mean[i % width] ?? 0)) / (deviation[i % width] ?? 1);
  }
}
