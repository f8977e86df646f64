/** What the summary says of the rule that sees no image. */

import { percent, percentRange, points, pointsRange } from '../../../report/words.ts';
import type { EvaluatedModel, Standing, TaskBaseline } from './report.ts';

/** Whether a model knows more than the labels give away: what it is said to be, with its numbers. */
function standingWords({ standing, difference, low, high }: Standing): string {
  const by = `${points(difference)} points (95 % interval ${pointsRange({ low, high })})`;
  return standing === 'not shown to be above' ? `not shown to be above it: ${by}` : `${standing} it: ${by}`;
}

/** The rule on one task, the final model against it, and the other models that are not above it. */
export function withoutImages(
  { textOnly }: TaskBaseline,
  models: readonly EvaluatedModel[],
  final: EvaluatedModel,
): string[] {
  if (!textOnly) return [];
  const own = textOnly.models.find(({ label }) => label === final.label);
  const verdict = own ? `; the final model is ${standingWords(own)}` : '';
  const rule = `Without the image, a rule that knows the options' labels alone, from the training questions, is right on ${percent(textOnly.accuracy)} (95 % interval ${percentRange(textOnly)})${verdict}.`;
  const below = textOnly.models.filter(({ label, standing }) => standing === 'below' && label !== final.label);
  // That a grey image does not help is no finding.
  const titles = below.flatMap(({ label }) => models.filter((own) => own.label === label && own.image === 'real'));
  const sets = textOnly.sets.filter(
    ({ models: [ofSet] }) => textOnly.sets.length > 1 && ofSet?.label === final.label && ofSet.standing === 'below',
  );
  return [
    rule,
    ...(sets.length > 0
      ? [`The final model is below that rule on ${sets.map(({ source }) => source).join(', ')}.`]
      : []),
    ...(titles.length > 0 ? [`Below that rule: ${titles.map(({ title }) => title).join('; ')}.`] : []),
  ];
}
