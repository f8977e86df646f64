/**
 * Pixels to the patch rows that the vision tower takes, number for number as `Qwen2VLImageProcessor` makes them:
 * normalised in float32, patches in blocks of merge x merge, a still image repeated over the temporal patch.
 */
import { userMistake } from '../../domain/failures.ts';

export interface ImageSpec {
  patchSize: number;
  temporalPatchSize: number;
  mergeSize: number;
  mean: readonly number[];
  std: readonly number[];
  rescaleFactor: number;
  /** Pixels below and above which the processor would resize. */
  minPixels: number;
  maxPixels: number;
}

/** Height and width of an image in patches. */
export interface Grid {
  height: number;
  width: number;
}

export const imageTokens = (grid: Grid, spec: ImageSpec): number => (grid.height * grid.width) / spec.mergeSize ** 2;

/** Throws a user's mistake for a size that the processor would resize: images are snapped when they are imported. */
export function gridOf(image: { width: number; height: number; name: string }, spec: ImageSpec): Grid {
  const unit = spec.patchSize * spec.mergeSize;
  const pixels = image.width * image.height;
  const snapped = image.width % unit === 0 && image.height % unit === 0;
  if (!snapped || pixels < spec.minPixels || pixels > spec.maxPixels) {
    throw userMistake(
      `image ${image.name} is ${image.width}x${image.height}: the model takes sides that are multiples of ${unit} ` +
        `and ${spec.minPixels} to ${spec.maxPixels} pixels; set data.snapTo and data.maxPixels accordingly`,
    );
  }
  return { height: image.height / spec.patchSize, width: image.width / spec.patchSize };
}

/**
 * @param rgb interleaved 8-bit RGB, row by row
 * @returns `[grid.height * grid.width, 3 * temporalPatchSize * patchSize^2]`, row-major
 */
export function toPatches(rgb: Uint8Array, grid: Grid, spec: ImageSpec): Float32Array {
  const { patchSize: p, mergeSize: m, temporalPatchSize } = spec;
  const normalised = normalisationTable(spec);
  const width = grid.width * p;
  const patches = new Float32Array(grid.height * grid.width * 3 * temporalPatchSize * p * p);
  let at = 0;
  for (const { row, column } of patchOrder(grid, m)) {
    for (let channel = 0; channel < 3; channel += 1) {
      const start = at;
      for (let y = 0; y < p; y += 1) {
        let pixel = ((row * p + y) * width + column * p) * 3 + channel;
        for (let x = 0; x < p; x += 1, pixel += 3) {
          patches[at] = normalised[channel * 256 + (rgb[pixel] ?? 0)] ?? 0;
          at += 1;
        }
      }
      for (let copy = 1; copy < temporalPatchSize; copy += 1, at += p * p) {
        patches.copyWithin(at, start, start + p * p);
      }
    }
  }
  return patches;
}

/** Blocks of merge x merge patches, row by row; inside a block, row by row. */
export function* patchOrder(grid: Grid, merge: number): Generator<{ row: number; column: number }> {
  for (let top = 0; top < grid.height; top += merge) {
    for (let left = 0; left < grid.width; left += merge) {
      for (let y = 0; y < merge; y += 1) {
        for (let x = 0; x < merge; x += 1) yield { row: top + y, column: left + x };
      }
    }
  }
}

/** `(value - mean / rescale) / (std / rescale)` in float32 for each channel and 8-bit value. */
function normalisationTable({ mean, std, rescaleFactor }: ImageSpec): Float32Array {
  const scaled = (value: number | undefined): number => Math.fround(Math.fround(value ?? 0) * (1 / rescaleFactor));
  return Float32Array.from({ length: 3 * 256 }, (_, i) => {
    const channel = Math.floor(i / 256);
    return Math.fround((i % 256) - scaled(mean[channel])) / scaled(std[channel]);
  });
}
