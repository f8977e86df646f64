/** Wrong options of a diagnosis question: labels that are surely not true of its case (A23). */
import type { Case } from '../cases/case.ts';
import type { Taxonomy } from '../knowledge/taxonomy.ts';
import type { Random } from '../random.ts';

export const distractorSources = ['set', 'set-and-shared', 'matched'] as const;
/**
 * `set`: the labels of the case's own data set, as in the released code. `set-and-shared`: each with even odds from them
 * or the shared tree, as in the paper. `matched`: the right answers of other cases, so that each option is right as often
 * as another (matched.ts).
 */
export type DistractorSource = (typeof distractorSources)[number];

/** All that wrong options are drawn from. */
export type Labelled = Pick<Case, 'id' | 'source' | 'split' | 'path' | 'diagnosis'>;

export interface DistractorPool {
  /** In code-unit order, as is `shared`. */
  set: readonly string[];
  /** Labels of the shared tree that the set does not use. */
  shared: readonly string[];
}

/** The labels that occur in the data. */
export interface LabelCensus {
  add(c: Pick<Labelled, 'source' | 'path'>): void;
  /** Of a set. */
  of(source: string): ReadonlySet<string>;
  /** Whether a label occurs in any set. */
  occurs(label: string): boolean;
}

export function createLabelCensus(): LabelCensus {
  const labelsOf = new Map<string, Set<string>>();
  const all = new Set<string>();
  return {
    add: (c) => {
      const labels = labelsOf.get(c.source) ?? new Set();
      labelsOf.set(c.source, labels);
      for (const label of c.path) {
        labels.add(label);
        all.add(label);
      }
    },
    of: (source) => labelsOf.get(source) ?? new Set(),
    occurs: (label) => all.has(label),
  };
}

/**
 * A function from a case and the finest label offered of its path to the labels that are wrong for it. What overlaps
 * with the diagnosis, or is a kind of the finest offered label, may be true, so it is left out. A set's own labels are
 * no exception: its annotators chose one of them, yet a reader of the names alone could defend the other.
 */
export function createDistractorPools(
  labels: LabelCensus,
  taxonomy: Taxonomy,
  source: Exclude<DistractorSource, 'matched'>,
): (c: Labelled, finest: string) => DistractorPool {
  const specific = taxonomy.names.filter((name) => !taxonomy.isCatchAll(name)).toSorted();
  const pools = new Map<string, DistractorPool>();
  return (c, finest) => {
    const key = `${c.source}\n${c.diagnosis}\n${finest}`;
    const known = pools.get(key);
    if (known) return known;
    const own = labels.of(c.source);
    const wrong = specific.filter(
      (label) => !taxonomy.overlap(label, c.diagnosis) && !taxonomy.isKindOf(label, finest),
    );
    const pool = {
      set: wrong.filter((label) => own.has(label)),
      shared: source === 'set' ? [] : wrong.filter((label) => !own.has(label)),
    };
    pools.set(key, pool);
    return pool;
  };
}

/** Up to `count` different labels; where one part of the pool is used up the other fills in. */
export function drawDistractors(pool: DistractorPool, count: number, random: Random): string[] {
  const [set, shared] = [random.shuffle(pool.set), random.shuffle(pool.shared)];
  return Array.from({ length: count }, () => {
    const [first, second] = random.float() < 0.5 ? [set, shared] : [shared, set];
    return first.pop() ?? second.pop();
  }).filter((label) => label !== undefined);
}
