/** A judge and its scores in words, as they stand beside every number that it gave. */
import { dimensionKeys, dimensions } from '../../dermeval/dimensions.ts';
import type { NarrativeScores } from '../../dermeval/narrative-scores.ts';

/** E.g. `deepseek-reasoner, served as r1-0528, temperature 0, prompt 1a2b3c4d, shown the certified text`. */
export function judgeWords({ name, pin }: NarrativeScores['judge']): string {
  const { served, temperature, prompt, shows, repeats, line } = pin;
  return [
    name,
    ...(served === null || served === name ? [] : [`served as ${served}`]),
    `temperature ${temperature}`,
    `prompt ${prompt.slice(0, 8)}`,
    `shown the ${shows === 'reference' ? 'certified text' : 'picture'}`,
    ...(repeats === 1 ? [] : [`each text ${repeats} times`]),
    ...(line === 1 ? [] : [`line ${line}`]),
  ].join(', ');
}

const two = (value: number | null | undefined): string => (value == null ? 'none' : value.toFixed(2));

/** All dimensions, for places that have no table of them. */
export function narrativeWords({ judge, dimensions: scores, average, missing, anchors }: NarrativeScores): string {
  return [
    `scored by ${judgeWords(judge)}`,
    `mean of six ${two(average?.value)} of 5`,
    ...dimensionKeys.map((key) => `${dimensions[key].name} ${two(scores[key]?.value)}`),
    `${missing.texts} texts without all six`,
    `anchors: certified ${two(anchors.certified)}, mismatched ${two(anchors.mismatched)}`,
  ].join('; ');
}
