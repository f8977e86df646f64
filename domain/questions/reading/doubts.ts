/** What hedges, negations and question marks speak of: the option, the condition, or neither. */
import { type Item, isClaim } from './items.ts';
import { foreignWithout, openings } from './vocabulary.ts';

type Target = 'option' | 'condition';

/**
 * A doubt speaks of what follows it in its clause ("likely malignant"), else of what precedes it ("melanoma unlikely").
 * A clause of nothing but doubt speaks of what was said before ("B: melanoma, probably"). One that speaks of something
 * unknown ("no ulceration") touches neither.
 *
 * @param claim where the option is named first
 */
export function doubtsIn(items: readonly Item[], claim: number): ReadonlySet<Target> {
  const found = new Set<Target>();
  const end = endOfClaim(items, claim);
  let earlier: Target = 'option';
  let start = 0;
  for (const clause of clausesOf(items)) {
    const context = { clause, following: followingTargets(clause), earlier, explains: start > end && isOpen(clause) };
    let previous: Target | null = null;
    for (const [i, item] of clause.entries()) {
      previous = targetOf(item) ?? previous;
      const target = isDoubt(item) ? doubted(item, i, previous, context) : null;
      if (target) found.add(target);
      if (item.questioned && previous) found.add(previous);
    }
    earlier = previous ?? earlier;
    start += clause.length;
  }
  return found;
}

interface Context {
  clause: readonly Item[];
  /** The option or condition that is named after each item of the clause. */
  following: readonly (Target | null)[];
  /** What was named last before the clause. */
  earlier: Target;
  /** A later sentence that gives reasons: "The features suggest melanoma". */
  explains: boolean;
}

function doubted(item: Item, i: number, previous: Target | null, context: Context): Target | null {
  const { clause, following, earlier, explains } = context;
  const next = following[i] ?? null;
  if (item.kind === 'superlative') return next === 'condition' || previous === 'condition' ? 'condition' : null;
  if (explains && item.kind === 'hedge' && next !== 'condition' && previous !== 'condition') return null;
  if (next) return next;
  if (item.kind === 'negation' && ofThings.has(item.text) && clause[i + 1]?.kind === 'unknown') return null;
  if (previous) return previous;
  if (clause.some(({ kind }) => kind === 'heading')) return 'condition'; // "suspicious for malignancy"
  return isOpen(clause) ? null : earlier;
}

/** Negations that deny the word after them: "with no ulceration". */
const ofThings: ReadonlySet<string> = new Set([
  ...['no', 'without', 'lack', 'lacking', 'absent', 'non'],
  ...foreignWithout,
]);

const isOpen = (clause: readonly Item[]): boolean => clause.some(({ kind }) => kind === 'unknown');

const isDoubt = (item: Item | undefined): boolean =>
  item?.kind === 'hedge' || item?.kind === 'negation' || item?.kind === 'superlative';

/** A heading ("condition: uncertain") stands for the condition. */
function targetOf(item: Item): Target | null {
  if (isClaim(item)) return 'option';
  return item.kind === 'condition' || item.kind === 'heading' ? 'condition' : null;
}

function followingTargets(clause: readonly Item[]): (Target | null)[] {
  const following: (Target | null)[] = [];
  let next: Target | null = null;
  for (const [back, item] of clause.toReversed().entries()) {
    following[clause.length - 1 - back] = next;
    if (item.kind !== 'heading') next = targetOf(item) ?? next;
  }
  return following;
}

/** Where the sentence that names the option ends; "B. Melanoma" and "B. Probably …" are one. */
function endOfClaim(items: readonly Item[], claim: number): number {
  const next = items[claim + 1];
  const first = isClaim(next) || isDoubt(next) ? claim + 2 : claim + 1;
  const end = items.findIndex((item, i) => i >= first && item.before === 'sentence');
  return end < 0 ? items.length : end - 1;
}

function clausesOf(items: readonly Item[]): Item[][] {
  const clauses: Item[][] = [];
  for (const item of items) {
    const last = clauses.at(-1);
    const begins = item.before === 'clause' || item.before === 'sentence' || openings.has(item.text);
    if (!last || begins) clauses.push([item]);
    else last.push(item);
  }
  return clauses;
}
