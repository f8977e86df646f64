/** What results can be broken down by, as the sets note it: how the picture was taken, and the skin tone. */
import type { Picture } from '../cases/case.ts';
import { skinToneField, skinToneOf } from '../cases/skin-tone.ts';

/** Attributes of a picture; the skin tone only where its set notes it. */
export function caseAttributes(
  picture: Picture & { provenance?: Record<string, unknown> | undefined },
): Record<string, string> {
  const noted = picture.provenance?.[skinToneField];
  const tone = typeof noted === 'string' ? skinToneOf(noted) : null;
  return { modality: picture.modality, ...(tone ? { [skinToneField]: tone } : {}) };
}
