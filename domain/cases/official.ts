/** Official splits of the sets of a run: which marks count, and where they disagree within a group. */
import { type Case, type Split, splits } from './case.ts';

/** A picture that a set places officially. */
interface Mark {
  /** Absent where the row became no case. */
  id?: string;
  source: string;
  officialSplit: Split;
}

/** A group whose members stand on several official sides. All of it goes to the outermost. */
export interface Disagreement {
  marks: Mark[];
  to: Split;
}

/** Test before validation before train: what any set tests on is trained on in none. */
export const outermost = (sides: Iterable<Split>): Split | undefined => {
  const named = new Set(sides);
  return splits.findLast((split) => named.has(split));
};

/** What is known of a group's official places: of its cases, and of pictures that became none. */
export interface Placed {
  members: readonly { id: string; source: string; officialSplit?: Split | undefined }[];
  links: readonly { source?: string | undefined; officialSplit?: Split | undefined }[];
}

export interface OfficialSplits {
  /** Takes note of a case; all of them come before the first question. */
  note(c: Pick<Case, 'source' | 'officialSplit'>): void;
  /** The marks of a group that count. */
  marksOf(group: Placed): Mark[];
  /** Whether a set that has train and test has validation too. */
  hasValidation(source: string): boolean;
}

/**
 * A set is split officially where it has train and test and each of its cases a side. Marks of any other set count
 * only where they hold a picture back (validation, test) that stands in another set as well: alone, a set that has but
 * one side is dealt as if it had none.
 */
export function createOfficialSplits(): OfficialSplits {
  const sides = new Map<string, Set<Split | undefined>>();
  const isComplete = (source: string): boolean => {
    const named = sides.get(source) ?? new Set();
    return named.has('train') && named.has('test') && !named.has(undefined);
  };
  return {
    note: ({ source, officialSplit }) => {
      const known = sides.get(source);
      if (known) known.add(officialSplit);
      else sides.set(source, new Set([officialSplit]));
    },
    marksOf: ({ members, links }) => {
      const counts = ({ source, officialSplit }: Mark): boolean =>
        isComplete(source) || (officialSplit !== 'train' && members.some((member) => member.source !== source));
      const marks: Mark[] = [
        ...members.flatMap(({ id, source, officialSplit }) => (officialSplit ? [{ id, source, officialSplit }] : [])),
        ...links.flatMap(({ source, officialSplit }) => (source && officialSplit ? [{ source, officialSplit }] : [])),
      ];
      return marks.filter(counts);
    },
    hasValidation: (source) => sides.get(source)?.has('validation') ?? false,
  };
}
