/** Reviews as JSON lines, for people who review elsewhere. */
import { readFile, writeFile } from 'node:fs/promises';
import { toJsonLines } from '../../activities/json-lines.ts';
import { isSame, type ReviewLog } from '../../activities/reviews/review-log.ts';
import { userMistake } from '../../domain/failures.ts';
import { type Review, reviewSchema } from '../../domain/reviews/review.ts';
import { isScriptName, reviewerKey, reviewerName, scriptNameRefusal } from '../../domain/reviews/reviewer.ts';
import { inTime } from '../../domain/reviews/state.ts';
import { checkedLine, givenLines } from '../../domain/rows/given-lines.ts';

/** All reviews that stand in the store, all turns of everybody. Returns their number. */
export async function exportReviews(log: ReviewLog, file: string): Promise<number> {
  const reviews = (await log.read()).toSorted((a, b) => (a.id === b.id ? inTime(a, b) : a.id < b.id ? -1 : 1));
  await writeFile(file, toJsonLines(reviews));
  return reviews.length;
}

interface Imported {
  written: number;
  /** Those that stand in the store as they are. */
  known: number;
}

/**
 * Writes the reviews of a file. A row that is wrong, of no case, or of a program, and one in whose place another review
 * stands, is a user's mistake that names file, row and field; then nothing of the file is written.
 *
 * @param ids of the narratives that are reviewed
 */
export async function importReviews(log: ReviewLog, file: string, ids: ReadonlySet<string>): Promise<Imported> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw userMistake(
      `${file}: cannot be read (${String(error)}); give a file of reviews, one JSON object per line`,
      error,
    );
  });
  const placeOf = ({ id, reviewer, turn }: Review): string => JSON.stringify([id, reviewerKey(reviewer), turn]);
  const standing = new Map((await log.read()).map((review) => [placeOf(review), review]));
  const given: Review[] = [];
  for (const line of givenLines(text, file)) {
    const read = checkedLine(reviewSchema, line);
    // As it will be kept: a name may be empty, or longer, once it is written as all names are.
    const review = checkedLine(reviewSchema, { ...line, value: { ...read, reviewer: reviewerName(read.reviewer) } });
    const wrong = (field: string, why: string): Error => userMistake(`${line.where}: ${field}: ${why}`);
    if (!ids.has(review.id)) throw wrong('id', `"${review.id}" is not one of the ${ids.size} cases that are reviewed`);
    if (review.kind !== 'person') throw wrong('kind', 'only people\'s reviews are taken; give "person"');
    if (isScriptName(review.reviewer)) throw wrong('reviewer', scriptNameRefusal);
    const other = standing.get(placeOf(review));
    if (other && !isSame(other, review))
      throw wrong(
        'turn',
        `${other.reviewer} has said something else as turn ${review.turn} of ${review.id}; give ${review.turn + 1} to take its place`,
      );
    standing.set(placeOf(review), review);
    given.push(review);
  }
  if (given.length === 0)
    throw userMistake(
      `${file}: holds no review; give one JSON object per line, as "dermflow review RUN --export" writes`,
    );
  const before = (await log.read()).length;
  for (const review of given) {
    const first = await log.add(review);
    if (first)
      throw userMistake(
        `${file}: ${review.reviewer} reviewed ${review.id} elsewhere while the file was read; give it again`,
      );
  }
  const written = (await log.read()).length - before;
  return { written, known: given.length - written };
}
