/** People's scores as rows that an evaluator is trained on. */
import { anchors, dimensionKeys, dimensions, meanScore, type Scores } from '../dermeval/dimensions.ts';
import { judgePrompt } from '../dermeval/rubric.ts';
import type { JudgedRow } from '../dermeval/soreb.ts';
import type { Narrative } from '../narratives/narrative.ts';

/** What a trained evaluator is asked, of a narrative whose picture it sees. */
export const evaluatorPrompt = (narrative: string): string => judgePrompt({ narrative, reference: null });

/** At least one decimal and at most two, which is all that certified scores have. */
const written = (score: number): string => (Number.isInteger(score) ? score.toFixed(1) : String(score));

/** What an anchor says, without its number. */
const meaningOf = (score: number): string => anchors[5 - Math.round(score)]?.replace(/^\d: /, '') ?? '';

/**
 * The evaluation that these scores are: a line for each dimension and the mean. `readScores` reads the very scores out of
 * it. Scores are in hundredths; all six must be there.
 */
export function evaluationText(scores: Scores): string {
  const lines = dimensionKeys.map((key) => {
    const score = scores[key];
    if (score === null) throw new RangeError(`no score for ${dimensions[key].name}`);
    return `${dimensions[key].name}: ${written(score)} - ${meaningOf(score)}`;
  });
  return [...lines, `Overall Score: ${(meanScore(scores) ?? 0).toFixed(1)}`].join('\n');
}

/** The scores are of the narrative as people saw it, whatever they made of its text. */
export const evaluatorRow = ({ id, image, text, skinTone }: Narrative, scores: Scores): JudgedRow => ({
  id,
  image,
  prompt: evaluatorPrompt(text),
  completion: evaluationText(scores),
  scores,
  ...(skinTone === undefined ? {} : { skinTone }),
});
