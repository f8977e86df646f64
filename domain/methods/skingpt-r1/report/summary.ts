/** The findings of a run of SkinGPT-R1 in plain words: each sentence carries its numbers, and says what they do not show. */
import { dimensionKeys, dimensions } from '../../../dermeval/dimensions.ts';
import type { Interval } from '../../../evaluation/intervals.ts';
import { groupUnits, percent, percentRange, points, pointsRange, pValue } from '../../../report/words.ts';
import { grouped } from '../../../words.ts';
import type { Bench, Classification, NarrativeReport } from './report.ts';

export type NarrativeFindings = Pick<
  NarrativeReport,
  'final' | 'narratives' | 'certified' | 'classification' | 'bench' | 'published' | 'data'
>;

const drawn =
  'The images are drawings made by a program. The figures show that the method works from end to end; they say nothing about skin or patients.';

export const summariseNarrativeRun = (found: NarrativeFindings): string[] => [
  ...found.classification.flatMap((set) => recognitionSentences(set, found)),
  ...(found.bench ? benchSentences(found.bench, found.final) : []),
  publishedSentence(found.published),
  narrativesSentence(found.narratives),
  ...(found.certified ? [certifiedSentence(found.certified)] : []),
  ...(found.data.generated ? [drawn] : []),
];

function recognitionSentences({ benchmark, models, pairs }: Classification, { final }: NarrativeFindings) {
  const own = models.find(({ label }) => label === final);
  if (!own) return [];
  const others = models.filter(({ label }) => label !== final);
  const written = ({ strict: { score } }: (typeof models)[number]): string =>
    `${percent(score.value)} (95 % interval ${percentRange(score)})`;
  const first = `${benchmark}, ${grouped(own.items)} held-out pictures from ${grouped(own.groups)} ${groupUnits}: ${own.title} names the right diagnosis for ${written(own)}`;
  return [
    `${first}${others.length > 0 ? `; ${others.map((other) => `${other.title} for ${written(other)}`).join('; ')}` : ''}.`,
    ...pairs
      .filter(({ reader }) => reader === 'strict')
      .map((pair) => {
        const test = `${points(pair.difference)} points (95 % interval ${pointsRange(pair)}; ${pValue(pair.correctedP)}, corrected)`;
        return `${nameIn(models, pair.second)} against ${nameIn(models, pair.first)} on the same pictures: ${test}: ${verdict(pair)}.`;
      }),
    ...(own.grey
      ? [`With a grey image in place of the picture ${own.title} is right on ${percent(own.grey.strict.score.value)}.`]
      : []),
  ];
}

const unshown = 'no difference that this number of pictures can show';

const nameIn = (models: readonly { label: string; title: string }[], label: string): string =>
  models.find((own) => own.label === label)?.title ?? label;

/** Of several comparisons the corrected test decides; the interval is of this one alone. */
function verdict({ low, high, correctedP }: Interval & { correctedP: number }): string {
  if (correctedP >= 0.05)
    return low > 0 || high < 0 ? 'not shown once corrected for the number of comparisons' : unshown;
  if (low > 0) return 'a gain';
  if (high < 0) return 'a loss';
  return unshown;
}

const ofFive = ({ value, low, high }: Interval & { value: number }): string =>
  `${value.toFixed(2)} of 5 (95 % interval ${low.toFixed(2)} to ${high.toFixed(2)})`;

function benchSentences({ models, pairs, scorer }: Bench, final: string): string[] {
  const means = models.flatMap(({ title, means: { average } }) => (average ? [`${title} ${ofFive(average)}`] : []));
  const own = pairs.filter(({ second, dimension }) => second === final && dimension === 'average');
  return [
    `DermBench's part of the run, scored by ${scorer}, mean of six dimensions: ${means.join('; ')}.`,
    ...own.map((pair) => {
      const sign = pair.difference < 0 ? '−' : '+';
      const range = `${pair.low.toFixed(2)} to ${pair.high.toFixed(2)}`;
      const test = `${sign}${Math.abs(pair.difference).toFixed(2)} (95 % interval ${range}; ${pValue(pair.correctedP)}, corrected)`;
      return `${nameIn(models, pair.second)} against ${nameIn(models, pair.first)} on the same texts: ${test}: ${verdict(pair)}.`;
    }),
  ];
}

function publishedSentence({ source, model, value, ours, gain, notComparable }: NarrativeReport['published']): string {
  const own = ours ? ` beside ${ours.value.toFixed(3)} here` : '';
  const more =
    gain.ours === null
      ? ''
      : `, and about ${Math.round(100 * gain.published)} % above its base beside ${Math.round(100 * gain.ours)} % here`;
  return `Published (${source}): ${model} ${value} of 5${own}${more}. The two cannot be compared: ${notComparable.join('; ')}.`;
}

function narrativesSentence({ counts, rows, scorer }: NarrativeReport['narratives']): string {
  const made = `${grouped(counts.written)} narratives of ${grouped(counts.cases)} cases, ${grouped(counts.rejected)} replies rejected`;
  const chosen = `${grouped(rows.train + rows.validation)} are trained on or validate, ${grouped(rows.dropped)} were dropped`;
  return `DermCoT: ${made}; scored by ${scorer.words}, ${chosen}.`;
}

function certifiedSentence({ counts, reviewers, between }: NonNullable<NarrativeReport['certified']>): string {
  const isScripted = reviewers.some(({ kind }) => kind === 'script');
  const by = isScripted
    ? `${reviewers.length} ${reviewers.length === 1 ? 'script' : 'scripts'} instead of people`
    : `${reviewers.length} ${reviewers.length === 1 ? 'person' : 'people'}`;
  const apart = between?.average
    ? `; reviewers are ${between.average.deviation.value.toFixed(2)} of 5 apart in the mean, most in ${widest(between.dimensions)}`
    : '';
  return `${grouped(counts.certified)} cases were certified by ${by}, ${grouped(counts.settled)} of them settled after a disagreement${apart}.${isScripted ? ' No number here rests on a physician’s judgement.' : ''}`;
}

function widest(by: NonNullable<NonNullable<NarrativeReport['certified']>['between']>['dimensions']): string {
  const [most] = dimensionKeys.toSorted((a, b) => (by[b]?.deviation.value ?? 0) - (by[a]?.deviation.value ?? 0));
  return dimensions[most ?? 'accuracy'].name;
}
