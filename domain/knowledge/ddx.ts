/** The differential-diagnosis graph G_DDx: undirected, over canonical names of the taxonomy. The data is in `ddx.yaml`. */
import { z } from 'zod';
import { userMistake } from '../failures.ts';
import type { Taxonomy } from './taxonomy.ts';

const edgeSchema = z.strictObject({
  between: z.tuple([z.string(), z.string()]),
  /** What makes the two look alike. */
  reason: z.string().min(1),
  /** A key of `sources`. */
  source: z.string(),
});
type DdxEdge = z.infer<typeof edgeSchema>;

export const ddxSchema = z.strictObject({
  /** The works that support the pairs, by a short key. */
  sources: z.record(z.string(), z.string().min(1)),
  pairs: z.array(edgeSchema),
});
type DdxData = z.infer<typeof ddxSchema>;

export interface DdxGraph {
  readonly edges: readonly DdxEdge[];
  readonly sources: Readonly<Record<string, string>>;
  /** Neighbours in the order in which the pairs are listed; empty for a diagnosis outside the graph. */
  neighbours(name: string): string[];
  areNeighbours(a: string, b: string): boolean;
}

/**
 * Builds the graph. A name that is no canonical one, a repeated pair, a pair of which one is a kind of the other (a
 * disease is no differential of its own subtype) or an undeclared source is its author's mistake.
 */
export function buildDdxGraph({ sources, pairs }: DdxData, taxonomy: Taxonomy): DdxGraph {
  const known = new Set(taxonomy.names);
  const adjacency = new Map<string, Set<string>>();
  const connect = (from: string, to: string): void => {
    adjacency.set(from, (adjacency.get(from) ?? new Set()).add(to));
  };
  for (const { between, source } of pairs) {
    const [a, b] = between;
    const pair = `ddx: [${a}, ${b}]`;
    const stranger = between.find((name) => !known.has(name));
    if (stranger !== undefined) throw userMistake(`${pair}: "${stranger}" is not a name of the taxonomy`);
    if (taxonomy.isKindOf(a, b) || taxonomy.isKindOf(b, a))
      throw userMistake(`${pair}: one is a kind of the other; remove the pair or name finer diagnoses`);
    if (adjacency.get(a)?.has(b)) throw userMistake(`${pair}: stands twice; remove one`);
    if (!Object.hasOwn(sources, source)) throw userMistake(`${pair}: source "${source}" is not declared`);
    connect(a, b);
    connect(b, a);
  }
  return {
    edges: pairs,
    sources,
    neighbours: (name) => [...(adjacency.get(name) ?? [])],
    areNeighbours: (a, b) => adjacency.get(a)?.has(b) ?? false,
  };
}
