/** How near a picture is to the nearest training picture of each class, by the cosine of their features. */
import type { Matrix } from './matrix.ts';

/**
 * `[asked.rows, classes]`; -Infinity for a class without a picture. A picture whose features are all 0 is at 0 from all.
 *
 * @param classOf of each training row, from 0
 */
export function nearestByClass(training: Matrix, classOf: Int32Array, classes: number, asked: Matrix): Float32Array {
  const { width } = training;
  const lengths = lengthsOf(training);
  const own = lengthsOf(asked);
  const nearest = new Float32Array(asked.rows * classes).fill(Number.NEGATIVE_INFINITY);
  for (let row = 0; row < asked.rows; row += 1) {
    for (let other = 0; other < training.rows; other += 1) {
      let product = 0;
      for (let j = 0, a = row * width, b = other * width; j < width; j += 1, a += 1, b += 1) {
        product += (asked.data[a] ?? 0) * (training.data[b] ?? 0);
      }
      const scale = (own[row] ?? 0) * (lengths[other] ?? 0);
      const place = row * classes + (classOf[other] ?? 0);
      nearest[place] = Math.max(nearest[place] ?? 0, scale === 0 ? 0 : product / scale);
    }
  }
  return nearest;
}

const lengthsOf = ({ rows, width, data }: Matrix): Float64Array =>
  Float64Array.from({ length: rows }, (_, row) => {
    let squares = 0;
    for (let at = row * width; at < (row + 1) * width; at += 1) squares += (data[at] ?? 0) ** 2;
    return Math.sqrt(squares);
  });
