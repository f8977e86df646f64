/** What was published of narratives by DermEval's dimensions, and why a number of ours is another measurement. */
import type { NarrativeScores } from '../../dermeval/narrative-scores.ts';
import { releaseName, releaseSize } from './release.ts';

/** Means of the six dimensions, of 5. */
export const publishedNarratives = {
  source: 'SkinGPT-R1 (arXiv 2511.15242 v1), abstract',
  model: 'SkinGPT-R1',
  value: 4.031,
  /** By how much its mean is above Vision-R1's, as a share of that. */
  gain: 0.41,
  note: 'rank 1 of 14 models, about 41 % above Vision-R1 (whose own mean is not printed; some 2.86 would follow)',
} as const;

/**
 * Of the model that wrote, the texts and the judge. Never empty: the paper does not say enough to repeat it.
 *
 * @param judged null where no judge scored, but what is known of drawings
 */
export function whyNotComparable(
  benchmark: string,
  items: number,
  judged: Pick<NarrativeScores, 'judge'> | null,
): string[] {
  const isRelease = benchmark.startsWith(`${releaseName}@`);
  return [
    `judge: ${judged ? `${judged.judge.name} by ${judged.judge.pin.shows}` : 'none, but what is known of drawings'}; that of v1 is not stated (the public release has DeepSeek-R1, which sees the certified text)`,
    isRelease
      ? `items: ${items === releaseSize ? 'all' : items} of the release's ${releaseSize}; which v1 scored is not stated`
      : 'items: not those of DermBench',
    'prompts: the demands are those of the public release, the words are ours',
  ];
}
