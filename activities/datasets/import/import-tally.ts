/** What an import reports of itself; its lists are cut, its counts are not. */
import type { Picture } from '../../../domain/cases/case.ts';
import { listSome } from '../../../domain/words.ts';
import type { BadImage } from '../images/intake.ts';
import { createTally } from './tally.ts';

/** How many entries of each list the report holds. */
const listed = 200;

/** What is counted of a record or a case. */
type Counted = Pick<Picture, 'source' | 'modality' | 'officialSplit'> & {
  diagnosis?: string;
  malignancy?: string;
};
export type TallyCounts = Record<string, Record<string, number>>;

interface ImportTally {
  quarantine(image: BadImage): void;
  /** An image with the pixels of an earlier case. */
  repeat(id: string, sameAs: string): void;
  count(made: Counted): void;
  quarantined(): number;
  repeats(): number;
  /** The first unusable images. */
  readonly bad: readonly BadImage[];
  /** Records by value of a field. */
  counts(): TallyCounts;
  /** Cases by diagnosis and official split. */
  classes(): TallyCounts;
  report(): Record<string, unknown>;
}

export function createImportTally(): ImportTally {
  const bad: BadImage[] = [];
  const repeated: { id: string; sameAs: string }[] = [];
  let [quarantined, repeats] = [0, 0];
  const tallies = {
    source: createTally(),
    diagnosis: createTally(),
    malignancy: createTally(),
    modality: createTally(),
    officialSplit: createTally(),
  };
  const bySplit = new Map<string, ReturnType<typeof createTally>>();
  const counts = (): TallyCounts =>
    Object.fromEntries(Object.entries(tallies).map(([name, tally]) => [name, Object.fromEntries(tally.entries())]));
  return {
    bad,
    quarantine: (image) => {
      quarantined += 1;
      if (bad.length < listed) bad.push(image);
    },
    repeat: (id, sameAs) => {
      repeats += 1;
      if (repeated.length < listed) repeated.push({ id, sameAs });
    },
    count: (made) => {
      tallies.source.add(made.source);
      tallies.modality.add(made.modality);
      tallies.officialSplit.add(made.officialSplit ?? 'none');
      if (made.diagnosis !== undefined) {
        tallies.diagnosis.add(made.diagnosis);
        const splits = bySplit.get(made.diagnosis) ?? createTally();
        bySplit.set(made.diagnosis, splits);
        splits.add(made.officialSplit ?? 'none');
      }
      if (made.malignancy !== undefined) tallies.malignancy.add(made.malignancy);
    },
    quarantined: () => quarantined,
    repeats: () => repeats,
    counts,
    classes: () =>
      Object.fromEntries(
        tallies.diagnosis.entries().map(([name]) => [name, Object.fromEntries(bySplit.get(name)?.entries() ?? [])]),
      ),
    report: () => ({
      counts: counts(),
      quarantine: bad.map(({ badImage }) => badImage),
      repeated,
    }),
  };
}

/** One line for more absent or unusable images than are let pass. */
export function tooManyBad(
  outcome: Pick<ImportTally, 'bad' | 'quarantined'>,
  total: number,
  maxBadShare: number,
): string {
  const files = listSome(
    outcome.bad.map(({ badImage }) => badImage),
    3,
  );
  const bad = outcome.quarantined();
  const allowed = `data.maxBadShare ${maxBadShare} allows ${Math.floor(maxBadShare * total)} of ${total} images to be unusable`;
  const share = Math.ceil((1000 * bad) / total) / 1000;
  return `${files}: ${allowed} and ${bad} are, a share of ${share}; repair the files, remove their rows, or raise it (--max-bad-share)`;
}
