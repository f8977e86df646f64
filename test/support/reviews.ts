/** Narratives and reviews for tests. */
import { digestOf } from '../../domain/artifact.ts';
import { byDimension, type Dimension, type Scores } from '../../domain/dermeval/dimensions.ts';
import type { Narrative } from '../../domain/narratives/narrative.ts';
import type { Review } from '../../domain/reviews/review.ts';

/** A hash that is like no other's: each cell follows from the name. */
export function lookOf(name: string): string {
  const characters = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_';
  let look = '';
  for (let i = 0; look.length < 576; i += 1) {
    const digest = digestOf(`${name}/${i}`);
    for (let at = 0; at < 64 && look.length < 576; at += 2)
      look += characters.charAt(Number.parseInt(digest.slice(at, at + 2), 16) % 64);
  }
  return look;
}

export const narrative = (name: string, more: Partial<Narrative> = {}): Narrative => ({
  id: `ham10000/${name}#1`,
  caseId: `ham10000/${name}`,
  group: `patient-${name}`,
  source: 'ham10000',
  image: { sha256: digestOf(name), bytes: 100, width: 64, height: 64 },
  look: lookOf(name),
  diagnosis: 'melanoma',
  description: 'An irregular border.',
  rationale: 'Therefore the most likely diagnosis is melanoma.',
  text: `An irregular border of ${name}. Therefore the most likely diagnosis is melanoma.`,
  ...more,
});

export const allScores = (score: number | null, more: Partial<Scores> = {}): Scores => ({
  ...byDimension((_: Dimension) => score),
  ...more,
});

/** A judgement of the narrative `a`; a number for scores is that of each dimension. */
export const review = (
  reviewer: string,
  {
    scores = 4,
    minute = 0,
    ...more
  }: Partial<Omit<Review, 'scores'>> & { scores?: number | Scores; minute?: number } = {},
): Review => ({
  id: 'ham10000/a#1',
  reviewer,
  kind: 'person',
  turn: 1,
  at: new Date(Date.UTC(2026, 10, 26, 12, minute)).toISOString(),
  verdict: 'scored',
  scores: more.verdict === 'skipped' ? allScores(null) : typeof scores === 'number' ? allScores(scores) : scores,
  text: null,
  note: null,
  ...more,
});
