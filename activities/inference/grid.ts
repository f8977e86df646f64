/** A picture in patches, which the vision tower takes, and in tokens, which it makes of them. */
import { userMistake } from '../../domain/failures.ts';

export interface ImageSpec {
  patchSize: number;
  mergeSize: number;
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
