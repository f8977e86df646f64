/** The evaluation of a model that answers in its own words, as the model card has it: who scored stands beside each score. */
import { judgeWords } from '../benchmarks/narratives/words.ts';
import type { BenchmarkResult } from '../contracts/benchmarks.ts';
import { dimensionKeys, dimensions } from '../dermeval/dimensions.ts';
import type { ModelUnderTest } from '../evaluation/model-under-test.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { groupUnits, percent, percentRange } from '../report/words.ts';
import { grouped } from '../words.ts';
import { greyOf, narratedBy, recognisedBy } from './recognised.ts';

export function benchmarksOf(recipe: Recipe, all: readonly BenchmarkResult[], own: ModelUnderTest): string {
  const lines = recognisedBy(all, own).map(({ benchmark, items, strict, lenient }) => {
    const grey = greyOf(all, own, benchmark)?.strict.score.value;
    return `| ${benchmark} | ${grouped(items)} | ${percent(strict.score.value)} | ${percentRange(strict.score)} | ${percent(strict.unread)} | ${percent(lenient.score.value)} | ${grey === undefined ? '–' : percent(grey)} |`;
  });
  const head =
    '| set | pictures | accuracy | 95 % interval | unreadable | lenient reading | grey images |\n| --- | --- | --- | --- | --- | --- | --- |';
  const recognition = `Held-out pictures, open questions for the diagnosis: an answer counts that is the very label or another name of it. Intervals by ${groupUnits}, wider where there are few.\n\n${head}\n${lines.join('\n')}`;
  return [
    ...(lines.length > 0 ? [recognition] : []),
    ...narratedBy(all, own).map((each) => narrated(each, recipe)),
  ].join('\n\n');
}

function narrated({ narratives, items, strict }: BenchmarkResult, recipe: Recipe): string {
  const certifiers =
    'certified' in recipe && recipe.certified.by === 'script'
      ? ' The texts were certified by a program (`script`) instead of people.'
      : '';
  const texts = `Narratives of ${grouped(items)} certified cases that it was not trained on`;
  if (!narratives) {
    const { value, low, high } = strict.score;
    return `${texts}, scored by what is known of the drawings and by no judge: mean of six dimensions ${(5 * value).toFixed(2)} of 5 (95 % interval ${(5 * low).toFixed(2)} to ${(5 * high).toFixed(2)}).${certifiers}`;
  }
  const rows = dimensionKeys.flatMap((key) => {
    const own = narratives.dimensions[key];
    return own
      ? [`| ${dimensions[key].name} | ${own.value.toFixed(3)} | ${own.low.toFixed(2)} to ${own.high.toFixed(2)} |`]
      : [];
  });
  return `${texts}, scored by ${judgeWords(narratives.judge)}; texts that lack a score: ${grouped(narratives.missing.texts)}.${certifiers}\n\n| dimension | of 5 | 95 % interval |\n| --- | --- | --- |\n${rows.join('\n')}`;
}
