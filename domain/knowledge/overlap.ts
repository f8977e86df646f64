/** Which names of the taxonomy may be true of one lesion. A name stands for a set of lesions, a child for a part of it. */
import { userMistake } from '../failures.ts';
import type { TaxonomyRow } from './taxonomy-row.ts';

type Node = Pick<TaxonomyRow, 'name' | 'parent' | 'within' | 'overlaps' | 'excludes' | 'childrenOverlap'>;
type Pair = readonly [a: string, b: string];

interface NameRelations {
  /** True where `name` is `other` or a kind of it, by its parent or by `within`. */
  isKindOf(name: string, other: string): boolean;
  /**
   * True where some lesion may bear both names:
   *
   * - a name is a kind of both;
   * - they are declared to overlap (`overlaps`, `childrenOverlap`). That holds for the kinds of each of the two, and
   *   therefore for what the two are kinds of: "actinic keratosis or bowen disease" overlaps with whatever "bowen
   *   disease" overlaps with.
   *
   * `excludes` keeps a pair and its kinds apart, except kinds that are declared to overlap themselves or have a kind in
   * common. The pair itself stays apart even then: a rare exception does not make the rule untrue.
   */
  overlap(a: string, b: string): boolean;
}

/** A name that is not in the tree, or an exclusion on one path, is its author's mistake. */
export function findRelations(rows: readonly Node[]): NameRelations {
  const nodes = new Map(rows.map((row) => [row.name, row]));
  const above = new Map(rows.map((row) => [row.name, namesAbove(row, nodes)]));
  const aboveOf = (name: string): ReadonlySet<string> => above.get(name) ?? new Set();
  const isKindOf = (name: string, other: string): boolean => aboveOf(name).has(other);
  const below = new Map(rows.map((row): [string, string[]] => [row.name, []]));
  for (const [name, ancestors] of above) for (const ancestor of ancestors) below.get(ancestor)?.push(name);
  const excluded = excludedPairs(rows, isKindOf);

  const together = new Map(rows.map((row) => [row.name, new Set<string>()]));
  const join = (x: string, y: string): void => {
    for (const a of aboveOf(x)) for (const b of aboveOf(y)) together.get(a)?.add(b);
  };
  for (const { name } of rows) join(name, name);
  for (const [p, q] of declaredPairs(rows, nodes)) {
    /** An exclusion is stronger than what is declared of coarser names, or of the very same. */
    const isStronger = (u: string, v: string): boolean => !(isKindOf(p, u) && isKindOf(q, v)) || (p === u && q === v);
    const isApart = (x: string, y: string): boolean =>
      [...aboveOf(x)].some((u) => excluded.get(u)?.some((v) => isKindOf(y, v) && isStronger(u, v)));
    for (const x of below.get(p) ?? []) for (const y of below.get(q) ?? []) if (!isApart(x, y)) join(x, y);
  }
  for (const [a, others] of excluded) for (const b of others) together.get(a)?.delete(b);
  return { isKindOf, overlap: (a, b) => together.get(a)?.has(b) ?? false };
}

/** From a name to those that it excludes or that exclude it. */
function excludedPairs(rows: readonly Node[], isKindOf: NameRelations['isKindOf']): Map<string, string[]> {
  const names = new Set(rows.map((row) => row.name));
  const pairs = rows.flatMap((row) => row.excludes.map((other): Pair => [row.name, other]));
  for (const [a, b] of pairs) {
    if (!names.has(b)) throw userMistake(`taxonomy: "${a}" excludes "${b}", and there is no node "${b}"`);
    if (isKindOf(a, b) || isKindOf(b, a))
      throw userMistake(`taxonomy: "${a}" excludes "${b}", and one is a kind of the other`);
  }
  const grouped = Map.groupBy(pairs.flatMap(bothWays), ([a]) => a);
  return new Map([...grouped].map(([a, group]) => [a, group.map(([, b]) => b)]));
}

/** Declared pairs, and those of the children of nodes with `childrenOverlap`, in both directions. */
function declaredPairs(rows: readonly Node[], nodes: ReadonlyMap<string, Node>): Pair[] {
  const declared = rows.flatMap((row) => row.overlaps.map((other): Pair => [row.name, other]));
  const stranger = declared.find(([, other]) => !nodes.has(other));
  if (stranger) {
    const [name, other] = stranger;
    throw userMistake(`taxonomy: "${name}" overlaps with "${other}", and there is no node "${other}"`);
  }
  const ofChildren = rows
    .filter((row) => row.childrenOverlap)
    .flatMap(({ name }) => {
      const children = rows.filter((row) => row.parent === name || row.within.includes(name)).map((row) => row.name);
      return children.flatMap((a, i) => children.slice(i + 1).map((b): Pair => [a, b]));
    });
  return [...declared, ...ofChildren].flatMap(bothWays);
}

const bothWays = ([a, b]: Pair): [Pair, Pair] => [
  [a, b],
  [b, a],
];

/** The name itself and all that it is a kind of. */
function namesAbove(row: Node, nodes: ReadonlyMap<string, Node>): Set<string> {
  const found = new Set<string>();
  const visit = (at: Node): void => {
    if (found.has(at.name)) return;
    found.add(at.name);
    for (const next of [...(at.parent === undefined ? [] : [at.parent]), ...at.within]) {
      const node = nodes.get(next);
      if (!node) throw userMistake(`taxonomy: "${at.name}" is put under "${next}", and there is no node "${next}"`);
      visit(node);
    }
  };
  visit(row);
  return found;
}
