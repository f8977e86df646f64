/** The taxonomy tree T: canonical names, synonyms, ancestor paths, malignancy. The data is in `taxonomy/*.yaml`. */
import { userMistake } from '../failures.ts';
import { coarserLabels, normaliseLabel, possessives, rewordings, wordsOfLabel } from './label.ts';
import type { Malignancy } from './malignancy.ts';
import { findRelations } from './overlap.ts';
import type { TaxonomyRow } from './taxonomy-row.ts';

interface Resolution {
  /** Canonical name. */
  name: string;
  /** `exact`: the label names this node. `broader`: it names something finer that the taxonomy does not have. */
  exactness: 'exact' | 'broader';
}

export interface Taxonomy {
  readonly names: readonly string[];
  readonly roots: readonly string[];
  /** The node of a label in any spelling, fine before coarse; null if unknown. Nothing is guessed. */
  resolve(label: string): Resolution | null;
  /** From the root to the node itself: the path of Eq. 7, of length L. */
  path(name: string): string[];
  parent(name: string): string | null;
  children(name: string): string[];
  /** Children of the same parent without the node itself; none for a root. */
  siblings(name: string): string[];
  /** True where `name` lies strictly below `ancestor`. */
  isBelow(name: string, ancestor: string): boolean;
  /** True where `name` is `other` or a kind of it, also by `within`, outside its path. */
  isKindOf(name: string, other: string): boolean;
  /** True where both may be true of one lesion (`NameRelations`). */
  overlap(a: string, b: string): boolean;
  /** What the node declares of overlaps. */
  relations(name: string): Pick<TaxonomyRow, 'within' | 'overlaps' | 'excludes' | 'childrenOverlap'>;
  isCatchAll(name: string): boolean;
  /** The node's own malignancy, else its nearest ancestor's; null where it is unknown. */
  malignancy(name: string): Malignancy | null;
  synonyms(name: string): string[];
  /** Codes in public terminologies, e.g. `DOID:8923`, `ICD-10 C43`; few nodes have any. */
  references(name: string): string[];
}

/**
 * Builds the tree. A duplicate name, an unknown parent, a cycle, or a leaf without a word on its malignancy is its
 * author's mistake.
 */
export function buildTaxonomy(rows: readonly TaxonomyRow[]): Taxonomy {
  const nodes = new Map(rows.map((row) => [row.name, row]));
  const canonical = indexLabels(rows);
  const paths = new Map(rows.map((row) => [row.name, tracePath(row.name, nodes)]));
  const childrenOf = Map.groupBy(rows, (row) => row.parent);

  const node = (name: string): TaxonomyRow => nodes.get(name) ?? noNode(name);
  const path = (name: string): string[] => paths.get(name) ?? noNode(name);
  const children = (name: string): string[] => childrenOf.get(name)?.map((row) => row.name) ?? [];
  const statedMalignancy = (name: string): TaxonomyRow['malignancy'] =>
    path(name)
      .map((at) => node(at).malignancy)
      .findLast((stated) => stated !== undefined);
  const relations = findRelations(rows);
  const silent = rows.find((row) => children(row.name).length === 0 && statedMalignancy(row.name) === undefined);
  if (silent) throw userMistake(`taxonomy: "${silent.name}" has no malignancy; state one, or "unknown"`);

  const byWords = indexWords(canonical);
  const lookUp = (label: string): string | undefined => canonical.get(normaliseLabel(label));
  const lookUpWords = (label: string): string | undefined => byWords.get(wordsOfLabel(label)) ?? undefined;
  /** The first writing that names a node, word for word before word order. */
  const find = (labels: readonly string[]): string | undefined =>
    labels.map(lookUp).find((name) => name !== undefined) ?? labels.map(lookUpWords).find((name) => name !== undefined);
  return {
    names: rows.map((row) => row.name),
    roots: rows.filter((row) => row.root).map((row) => row.name),
    resolve: (label) => {
      const exact = find([label, ...rewordings(label)]);
      if (exact !== undefined) return { name: exact, exactness: 'exact' };
      const broader = coarserLabels(label)
        .map((coarser) => find([coarser, ...rewordings(coarser)]))
        .find((name) => name !== undefined);
      return broader === undefined ? null : { name: broader, exactness: 'broader' };
    },
    path: (name) => [...path(name)],
    parent: (name) => node(name).parent ?? null,
    children,
    siblings: (name) => {
      const { parent } = node(name);
      return parent === undefined ? [] : children(parent).filter((other) => other !== name);
    },
    isBelow: (name, ancestor) => name !== ancestor && path(name).includes(ancestor),
    isKindOf: (name, other) => relations.isKindOf(node(name).name, node(other).name),
    overlap: (a, b) => relations.overlap(node(a).name, node(b).name),
    relations: node,
    isCatchAll: (name) => path(name).some((at) => node(at).catchAll),
    malignancy: (name) => {
      const stated = statedMalignancy(name);
      return stated === undefined || stated === 'unknown' ? null : stated;
    },
    synonyms: (name) => [...node(name).synonyms],
    references: (name) => {
      const { doid, icd10 } = node(name);
      return [...(doid ? [doid] : []), ...(icd10 ? [`ICD-10 ${icd10}`] : [])];
    },
  };
}

function noNode(name: string): never {
  throw userMistake(`taxonomy: there is no node "${name}"`);
}

/** From the normalised spelling of every name and synonym to the canonical name. */
function indexLabels(rows: readonly TaxonomyRow[]): Map<string, string> {
  const canonical = new Map<string, string>();
  for (const row of rows) {
    const labels = new Set([row.name, ...row.synonyms].flatMap(possessives).map(normaliseLabel));
    for (const label of labels) {
      const known = canonical.get(label);
      if (known !== undefined) throw userMistake(`taxonomy: "${label}" names both "${known}" and "${row.name}"`);
      canonical.set(label, row.name);
    }
  }
  return canonical;
}

/** From the sorted words of a label to its node; null where two nodes share them, so that nothing is guessed. */
function indexWords(canonical: ReadonlyMap<string, string>): Map<string, string | null> {
  const index = new Map<string, string | null>();
  for (const [label, name] of canonical) {
    const words = wordsOfLabel(label);
    const known = index.get(words);
    index.set(words, known === undefined || known === name ? name : null);
  }
  return index;
}

function tracePath(name: string, nodes: ReadonlyMap<string, TaxonomyRow>): string[] {
  const names: string[] = [];
  for (let at: string | undefined = name; at !== undefined; at = (nodes.get(at) ?? noNode(at)).parent) {
    if (names.includes(at)) throw userMistake(`taxonomy: "${at}" is its own ancestor`);
    names.unshift(at);
  }
  return names;
}
