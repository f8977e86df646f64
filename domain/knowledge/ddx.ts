/** The differential-diagnosis graph G_DDx: undirected, over canonical names of the taxonomy. */
import { z } from 'zod';
import { userMistake } from '../failures.ts';
import type { Taxonomy } from './taxonomy.ts';

export const ddxSchema = z.array(z.tuple([z.string(), z.string()]));

export interface DdxGraph {
  /** Neighbours in the order in which the pairs are listed; empty for a diagnosis outside the graph. */
  neighbours(name: string): string[];
}

/** Builds the graph: synonyms become canonical names, loops and repeated pairs are dropped. */
export function buildDdxGraph(pairs: z.infer<typeof ddxSchema>, taxonomy: Taxonomy): DdxGraph {
  const adjacency = new Map<string, string[]>();
  const connect = (from: string, to: string): void => {
    const list = adjacency.get(from) ?? [];
    if (!list.includes(to)) adjacency.set(from, [...list, to]);
  };
  for (const pair of pairs) {
    const [a, b] = pair.map((label) => {
      const name = taxonomy.resolve(label)?.name;
      if (name === undefined) throw userMistake(`ddx: "${label}" is not in the taxonomy`);
      return name;
    });
    if (a === undefined || b === undefined || a === b) continue;
    connect(a, b);
    connect(b, a);
  }
  return { neighbours: (name) => adjacency.get(name) ?? [] };
}
