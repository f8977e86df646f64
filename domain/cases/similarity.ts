/** Pictures as an encoder sees them: embeddings, compared by their cosine. */

/** Scaled to unit length, so that a dot product is a cosine. */
export function unit(embedding: Float32Array): Float32Array {
  let squares = 0;
  for (const value of embedding) squares += value * value;
  const length = Math.sqrt(squares);
  return length === 0 ? embedding : embedding.map((value) => value / length);
}

/** A picture by its position, and how similar it is. */
export interface Similar {
  position: number;
  cosine: number;
}

/** The most similar one; null if none reaches `similarity`. All of unit length and of one dimension. */
export function mostSimilar(
  embedding: Float32Array,
  among: readonly Float32Array[],
  similarity: number,
): Similar | null {
  let best: Similar | null = null;
  for (const [position, other] of among.entries()) {
    let cosine = 0;
    for (let i = 0; i < embedding.length; i += 1) cosine += (embedding[i] ?? 0) * (other[i] ?? 0);
    if (cosine >= similarity && (!best || cosine > best.cosine)) best = { position, cosine };
  }
  return best;
}
