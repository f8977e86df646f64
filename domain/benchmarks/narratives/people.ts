/** Scores that people gave to narratives: JSON lines, a reviewer's scores of one text each. */
import { z } from 'zod';
import { byDimension, perDimension, type Scores } from '../../dermeval/dimensions.ts';
import { userMistake } from '../../failures.ts';
import { checkedLine, givenLines } from '../../rows/given-lines.ts';

const lineSchema = z.strictObject({
  /** Of the item whose answer was scored. */
  id: z.string().min(1),
  reviewer: z.string().min(1),
  /** A dimension that is null or left out was not scored. */
  scores: perDimension(z.number().min(0).max(5).nullable().default(null)),
});
export type HumanScores = z.infer<typeof lineSchema>;

/**
 * Empty lines are passed over. The first that is wrong is a user's mistake that names file, row, field and remedy.
 *
 * @param file shown in messages
 */
export function parseHumanScores(text: string, file: string): HumanScores[] {
  const seen = new Map<string, number>();
  const lines = Array.from(givenLines(text, file), (given) => {
    const line = checkedLine(lineSchema, given);
    const key = JSON.stringify([line.reviewer, line.id]);
    const before = seen.get(key);
    if (before !== undefined) {
      throw userMistake(`${given.where}: ${line.reviewer} scored "${line.id}" in row ${before} already`);
    }
    seen.set(key, given.row);
    return line;
  });
  if (lines.length === 0) throw userMistake(`${file}: holds no scores; give one JSON object per line`);
  return lines;
}

/** The mean over reviewers by the id of the item; of each dimension over those who scored it. */
export const peopleOf = (lines: readonly HumanScores[]): Map<string, Scores> =>
  new Map(
    [...Map.groupBy(lines, ({ id }) => id)].map(([id, own]) => [
      id,
      byDimension((dimension) => {
        const known = own.flatMap(({ scores }) => (scores[dimension] === null ? [] : [scores[dimension]]));
        return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
      }),
    ]),
  );
