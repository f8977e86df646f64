/** Skin tone as sets note it, in one form for all of them. */

/** Fitzpatrick's six types in the three groups of DDI (Daneshjou et al. 2022). */
export const skinTones = ['I-II', 'III-IV', 'V-VI'] as const;
type SkinTone = (typeof skinTones)[number];

/** Name of the attribute in a case's provenance and in results. */
export const skinToneField = 'skin tone';

const writings: readonly (readonly string[])[] = [
  ['1', '2', 'I', 'II', '12', 'I-II'],
  ['3', '4', 'III', 'IV', '34', 'III-IV'],
  ['5', '6', 'V', 'VI', '56', 'V-VI'],
];

/** A type from 1 to 6 (also "IV", "type 4", "4.0"), or DDI's 12, 34 and 56; null for all else, e.g. -1 for unknown. */
export function skinToneOf(noted: string): SkinTone | null {
  const text = noted
    .trim()
    .toUpperCase()
    .replace(/^(?:FITZPATRICK|FST|SKIN)?\s*(?:TYPE)?\s*/, '')
    .replace(/\.0+$/, '');
  return skinTones[writings.findIndex((group) => group.includes(text))] ?? null;
}

/** What an adapter adds to a record; nothing where the tone is unknown. */
export function notedSkinTone(noted: string): { provenance?: Record<string, string> } {
  const tone = skinToneOf(noted);
  return tone === null ? {} : { provenance: { [skinToneField]: tone } };
}
