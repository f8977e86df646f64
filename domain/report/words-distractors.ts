/** What pages, summaries and model cards say of how wrong options were drawn. */
import type { DistractorSource } from '../questions/distractors.ts';

/** Said where they were drawn in one of the paper's ways. */
export const modeWords = (distractors: DistractorSource): string | null =>
  distractors === 'matched'
    ? null
    : `Wrong options were drawn as questions.distractors: ${distractors} does, for comparison with the paper; the text-only scores show what such options give away. Of matched options each is right as often as another.`;
