/** Features of pictures as a matrix, a row for each picture in their order: 4 bytes per number. */
import type { BlobRef } from '../../domain/artifact.ts';
import type { Matrix } from '../../domain/probes/matrix.ts';
import { type FeatureContext, featuresOf, type KnownEncoder } from '../features/features-of.ts';

export async function matrixOf(
  images: readonly BlobRef[],
  encoder: KnownEncoder,
  context: FeatureContext,
): Promise<Matrix> {
  const places = Map.groupBy(images.keys(), (i) => images[i]?.sha256 ?? '');
  let matrix: Matrix = { rows: 0, width: 0, data: new Float32Array() };
  const take = (sha256: string, features: Float32Array): void => {
    const width = features.length;
    if (matrix.rows === 0) matrix = { rows: images.length, width, data: new Float32Array(images.length * width) };
    for (const row of places.get(sha256) ?? []) matrix.data.set(features, row * width);
  };
  await featuresOf(images, 'pooled', encoder, take, context);
  return matrix;
}
