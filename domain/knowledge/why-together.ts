/** Says for a person why two names may be true of one lesion. */
import type { Taxonomy } from './taxonomy.ts';

/** A common kind of both, else the declaration that makes them overlap; null where they do not overlap. */
export function whyTogether(taxonomy: Taxonomy, a: string, b: string): string | null {
  if (!taxonomy.overlap(a, b)) return null;
  const common = taxonomy.names.find((name) => taxonomy.isKindOf(name, a) && taxonomy.isKindOf(name, b));
  if (common !== undefined) return `${common} is both`;
  for (const [p, q] of [
    [a, b],
    [b, a],
  ] as const) {
    if (taxonomy.relations(p).overlaps.includes(q)) return `${p} may be together with ${q}`;
  }
  /** One is a kind of the other, or they have a kind in common. */
  const meet = (x: string, y: string): boolean =>
    taxonomy.names.some((name) => taxonomy.isKindOf(name, x) && taxonomy.isKindOf(name, y));
  for (const p of taxonomy.names) {
    for (const q of taxonomy.relations(p).overlaps) {
      if ((meet(a, p) && meet(b, q)) || (meet(a, q) && meet(b, p))) return `${p} may be together with ${q}`;
    }
  }
  return 'children of one node that may be together';
}
