/** The tags that structure an answer (App. D) and the words for a lesion's condition (Eq. 8). */
import type { Malignancy } from '../knowledge/malignancy.ts';

export const tags = { thinking: 'thinking', diagnosis: 'diagnosis', final: 'final diagnosis' } as const;
export type Tag = (typeof tags)[keyof typeof tags];

/** One block, e.g. `<final diagnosis> melanoma, malignant </final diagnosis>`. */
export const block = (tag: Tag, content: string): string => `<${tag}> ${content} </${tag}>`;

export const conditionNames: Record<Malignancy, string> = {
  benign: 'benign',
  malignant: 'malignant',
  precancerous_in_situ: 'precancerous in situ',
};

/** Other spellings that are read as the same condition. */
export const conditionSynonyms: Record<Malignancy, string[]> = {
  benign: [],
  malignant: [],
  precancerous_in_situ: ['precancerous (in situ)', 'precancerous'],
};
