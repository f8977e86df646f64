/** The skin of a picture, where its set says it: as domain/trainer.ts has it, 0 light, 1 medium, 2 dark. */
import type { Case } from '../cases/case.ts';
import { skinToneField, skinToneOf, skinTones } from '../cases/skin-tone.ts';

/** For people, and in stats. */
const toneNames = ['light', 'medium', 'dark'] as const;

/** Fitzpatrick's I-II, III-IV and V-VI; nothing where it is not known. */
export function toneOf({ provenance }: Pick<Case, 'provenance'>): { skinTone?: number } {
  const noted = provenance?.[skinToneField];
  const tone = typeof noted === 'string' || typeof noted === 'number' ? skinToneOf(String(noted)) : null;
  return tone === null ? {} : { skinTone: skinTones.indexOf(tone) };
}

type ToneCounts = Record<(typeof toneNames)[number] | 'unknown', number>;

export function countTones(): { add(row: { skinTone?: number }): void; counts(): ToneCounts } {
  const counts: ToneCounts = { light: 0, medium: 0, dark: 0, unknown: 0 };
  return {
    add: ({ skinTone }) => {
      counts[toneNames[skinTone ?? -1] ?? 'unknown'] += 1;
    },
    counts: () => ({ ...counts }),
  };
}
