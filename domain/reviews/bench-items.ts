/** Certified narratives as items of a benchmark that any model can be asked and judged on (DermBench's part of a run). */
import type { OwnItem } from '../benchmarks/own-items.ts';
import { skinToneField, skinTones } from '../cases/skin-tone.ts';
import { candidatePrompt } from '../dermeval/rubric.ts';
import { compactProfile } from '../prompts/compact.ts';
import type { Certified } from './review.ts';

/** The compact form is that of the tiny model, which reads no other. */
const questionOf = (prompts: 'paper' | 'compact'): string =>
  prompts === 'paper' ? candidatePrompt : compactProfile.evaluation.prompts.open;

/** The path under which an item names its picture. */
export const benchPicture = ({ image }: Pick<Certified, 'image'>): string => `images/${image.sha256}.png`;

/** An open question whose reference is the certified text. */
export function benchItem(certified: Certified, prompts: 'paper' | 'compact'): OwnItem {
  const { id, diagnosis, text, group, source, skinTone } = certified;
  const tone = skinTone === undefined ? undefined : skinTones[skinTone];
  return {
    id,
    image: benchPicture(certified),
    question: questionOf(prompts),
    answer: diagnosis,
    reference: text,
    group,
    source,
    ...(tone === undefined ? {} : { attributes: { [skinToneField]: tone } }),
  };
}
