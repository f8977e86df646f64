/**
 * A data set's test cases as open questions for their diagnosis: the classification of SkinGPT-R1's evaluation, where a
 * model answers with a label in its own words. By the rules of its public code's judge, as `scoring/ranked/` has them: other names
 * of the disease count, a parent or another subtype does not, nor do several diagnoses without a final one.
 */
import type { Case } from '../cases/case.ts';
import { evaluationProfile, type PromptProfile } from '../prompts/prompts.ts';
import { createRandom } from '../random.ts';
import { caseAttributes } from './attributes.ts';
import type { OwnItem } from './own-items.ts';

interface ClassificationSettings {
  seed: number;
  prompts: PromptProfile;
  /** Whether the labels of the set stand in the question. */
  candidateLabels: boolean;
  /** The first so many in an order drawn by the seed; null: all. */
  maxItems: number | null;
}

/** Of a set alone: another run's benchmark on the same set has this name too, and equal items have equal keys. */
export const classificationName = (set: string): string => `classification-${set}`;

/** The path under which an item names its picture, which is stored under its digest. */
export const pictureFile = ({ images: [image] }: Case): string => `${image?.sha256}.png`;

/** @param cases test cases of one set */
export function classificationItems(cases: readonly Case[], set: string, settings: ClassificationSettings): OwnItem[] {
  const { seed, candidateLabels, maxItems } = settings;
  const labels = [...new Set(cases.map(({ diagnosis }) => diagnosis))].toSorted();
  const question = questionFor(candidateLabels ? labels : null, settings.prompts);
  const inOrder = cases.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const drawn = createRandom(`classification/${set}/${seed}`).shuffle(inOrder);
  return drawn.slice(0, maxItems ?? drawn.length).map((c) => ({
    ...{ id: c.id, image: pictureFile(c), question, answer: c.diagnosis },
    ...{ group: c.group, source: set, malignancy: c.malignancy, attributes: caseAttributes(c) },
  }));
}

/** The demands are those of the public code; the words are ours. */
function questionFor(labels: readonly string[] | null, prompts: PromptProfile): string {
  if (labels === null) return evaluationProfile(prompts).prompts.open;
  return `Analyse this dermatological image and reason step by step towards the final diagnosis. It is exactly one of the following labels: ${labels.join('; ')}.\nEnd with one line that gives the label, spelt as it stands here:\nFinal diagnosis: <label>`;
}
