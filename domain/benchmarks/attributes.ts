/** What results can be broken down by, as the sets note it: how the picture was taken, and the skin tone. */
import type { Picture } from '../cases/case.ts';

/** Fitzpatrick's six types in the three groups of DDI (Daneshjou et al. 2022). */
export const skinTones = ['I-II', 'III-IV', 'V-VI'] as const;
export type SkinTone = (typeof skinTones)[number];

export const skinToneAttribute = 'skin tone';

/** Names under which sets note it; PAD-UFES-20 spells it so. */
const skinToneFields = ['skin tone', 'skin_tone', 'fitzpatrick', 'fitspatrick', 'fitzpatrick_scale', 'fitzpatrick skin type'];

/** A type from 1 to 6 (also "IV" or "type 4"), or DDI's 12, 34 and 56; null for all else, e.g. -1 for unknown. */
export function skinToneOf(noted: unknown): SkinTone | null {
  const text = String(noted ?? '')
    .trim()
    .toUpperCase()
    .replace(/^(?:FITZPATRICK|FST|SKIN)?\s*(?:TYPE)?\s*/, '')
    .replace(/\.0+$/, '');
  const groups: readonly (readonly string[])[] = [
    ['1', '2', 'I', 'II', '12', 'I-II'],
    ['3', '4', 'III', 'IV', '34', 'III-IV'],
    ['5', '6', 'V', 'VI', '56', 'V-VI'],
  ];
  const at = groups.findIndex((group) => group.includes(text));
  return skinTones[at] ?? null;
}

/** Attributes of a picture; the skin tone only where its set notes it. */
export function attributesOf(picture: Picture & { provenance?: Record<string, unknown> | undefined }): Record<string, string> {
  const noted = skinToneFields.map((field) => picture.provenance?.[field]).find((value) => value !== undefined);
  const tone = skinToneOf(noted);
  return { modality: picture.modality, ...(tone ? { [skinToneAttribute]: tone } : {}) };
}
