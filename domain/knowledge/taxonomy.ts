/** The taxonomy tree T: canonical names, synonyms, ancestor paths, malignancy. Names are compared in lower case. */
import { z } from 'zod';
import { type Malignancy, malignancySchema } from '../cases/case.ts';
import { userMistake } from '../failures.ts';

export const taxonomySchema = z.array(
  z.strictObject({
    name: z.string().min(1),
    parent: z.string().optional(),
    malignancy: malignancySchema.optional(),
    synonyms: z.array(z.string()).default([]),
  }),
);
export type TaxonomyRow = z.infer<typeof taxonomySchema>[number];

export interface Taxonomy {
  readonly names: readonly string[];
  /** Canonical name of an exact name or synonym, whatever its case and surrounding space; null if unknown. */
  resolve(label: string): string | null;
  /** From the root to the node itself: the path of Eq. 7, of length L. */
  path(name: string): string[];
  parent(name: string): string | null;
  children(name: string): string[];
  /** True where `name` lies strictly below `ancestor`. */
  isBelow(name: string, ancestor: string): boolean;
  /** The node's own malignancy, else its nearest ancestor's; null where none is stated. */
  malignancy(name: string): Malignancy | null;
  synonyms(name: string): string[];
}

const normalise = (label: string): string => label.trim().toLowerCase().replaceAll(/\s+/g, ' ');

/** Builds the tree. A duplicate name, an unknown parent or a cycle is its author's mistake. */
export function buildTaxonomy(rows: readonly TaxonomyRow[]): Taxonomy {
  const nodes = new Map<string, TaxonomyRow>();
  const canonical = new Map<string, string>();
  for (const row of rows) {
    for (const label of [row.name, ...row.synonyms]) {
      const known = canonical.get(normalise(label));
      if (known !== undefined) throw userMistake(`taxonomy: "${label}" names both "${known}" and "${row.name}"`);
      canonical.set(normalise(label), row.name);
    }
    nodes.set(row.name, row);
  }
  const node = (name: string): TaxonomyRow => {
    const found = nodes.get(name);
    if (!found) throw userMistake(`taxonomy: there is no node "${name}"`);
    return found;
  };
  const path = (name: string): string[] => {
    const names: string[] = [];
    for (let at: string | undefined = name; at !== undefined; at = node(at).parent) {
      if (names.includes(at)) throw userMistake(`taxonomy: "${at}" is its own ancestor`);
      names.unshift(at);
    }
    return names;
  };
  for (const row of rows) path(row.name);

  return {
    names: rows.map((row) => row.name),
    resolve: (label) => canonical.get(normalise(label)) ?? null,
    path,
    parent: (name) => node(name).parent ?? null,
    children: (name) => rows.filter((row) => row.parent === name).map((row) => row.name),
    isBelow: (name, ancestor) => name !== ancestor && path(name).includes(ancestor),
    malignancy: (name) => {
      const stated = path(name).findLast((at) => node(at).malignancy !== undefined);
      return stated === undefined ? null : (node(stated).malignancy ?? null);
    },
    synonyms: (name) => node(name).synonyms,
  };
}
