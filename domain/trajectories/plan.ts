/** Algorithms 1 to 4: which cases become which trajectories. The text comes later (`rho.ts`, `compose.ts`). */
import type { Case } from '../cases/case.ts';
import { differentialsOf, type Knowledge } from '../knowledge/knowledge.ts';
import { createRandom, type Random } from '../random.ts';

/** A case with the rationale r of a textbook. */
export type TextbookCase = Case & { rationale: string };

interface PlainTrajectory {
  type: 1;
  id: string;
  case: TextbookCase;
}

/**
 * Types 2 and 3: the primary case is compared with a differential one. Type 2 keeps the primary diagnosis and shows
 * the primary case's image; type 3 revises to the differential diagnosis and shows *its* image: the tuple printed in
 * Algorithm 3 begins with I_i, which would mislabel the image (A2).
 */
export interface DifferentialTrajectory {
  type: 2 | 3;
  id: string;
  primary: TextbookCase;
  differential: TextbookCase;
  /** Neighbour in G_DDx, or a random other diagnosis where Algorithm 4 finds none. */
  link: 'ddx' | 'random';
}

export type PlannedTrajectory = PlainTrajectory | DifferentialTrajectory;

interface PlanSettings {
  seed: number;
  /** At most so many of a type. */
  maxPerType: number;
}

export const isTextbookCase = (c: Case): c is TextbookCase => c.rationale !== undefined;

/** The case whose image the trajectory shows and whose diagnosis it ends with. */
export const shownCase = (planned: PlannedTrajectory): TextbookCase => {
  if (planned.type === 1) return planned.case;
  return planned.type === 2 ? planned.primary : planned.differential;
};

/** Textbook cases by position; they may be more than memory holds. */
export interface Textbook {
  count: number;
  idOf(at: number): string;
  diagnosisOf(at: number): string;
  /** Every diagnosis that has a case. */
  diagnoses: readonly string[];
  /** Positions of a diagnosis's cases, in their order. */
  casesOf(diagnosis: string): readonly number[];
}

/** A differential trajectory by the positions of its cases. */
export interface PlannedPair extends Pick<DifferentialTrajectory, 'type' | 'link'> {
  primary: number;
  differential: number;
}

/** Plans a type, at most `maxPerType`; deterministic in cases, knowledge and seed. */
export function* planPairs(
  type: 2 | 3,
  textbook: Textbook,
  knowledge: Knowledge,
  { seed, maxPerType }: PlanSettings,
): Generator<PlannedPair> {
  const random = createRandom(`trajectories/${seed}/${type}`);
  let made = 0;
  for (const primary of random.fork('cases').order(textbook.count)) {
    if (made === maxPerType) return;
    const pair = planPair(type, primary, textbook, knowledge, random.fork(textbook.idOf(primary)));
    if (!pair) continue;
    made += 1;
    yield pair;
  }
}

/** The trajectory of two cases. */
export const differentialOf = (
  { type, link }: Pick<PlannedPair, 'type' | 'link'>,
  primary: TextbookCase,
  differential: TextbookCase,
): DifferentialTrajectory => ({ type, id: `${type}/${primary.id}/${differential.id}`, primary, differential, link });

function planPair(
  type: 2 | 3,
  primary: number,
  textbook: Textbook,
  knowledge: Knowledge,
  random: Random,
): PlannedPair | null {
  const own = textbook.diagnosisOf(primary);
  const has = (name: string): boolean => textbook.casesOf(name).length > 0;
  const neighbour = resolveDdxNeighbour(own, knowledge, has, random);
  const others = neighbour === null ? unrelatedDiagnoses(own, textbook, knowledge) : [];
  if (neighbour === null && others.length === 0) return null;
  const candidates = textbook.casesOf(neighbour ?? random.pick(others));
  if (candidates.length === 0) return null;
  return { type, primary, differential: random.pick(candidates), link: neighbour ? 'ddx' : 'random' };
}

/** In code-unit order; what may be true of the same lesion, a subtype say, is no other diagnosis (A4). */
const unrelatedDiagnoses = (
  diagnosis: string,
  { diagnoses }: Pick<Textbook, 'diagnoses'>,
  { taxonomy }: Knowledge,
): string[] => diagnoses.filter((name) => !taxonomy.overlap(name, diagnosis)).toSorted();

/**
 * Algorithm 4, ResolveDDXNeighbor(d, G_DDx, T, D_case): a neighbour of `d`, else of its parent, that has a case; a
 * neighbour without cases stands for a child of it that has one (A5). Neighbours are tried in random order.
 */
export function resolveDdxNeighbour(
  diagnosis: string,
  knowledge: Knowledge,
  hasCase: (name: string) => boolean,
  random: Random,
): string | null {
  for (const candidate of random.shuffle(differentialsOf(diagnosis, knowledge))) {
    if (hasCase(candidate)) return candidate;
    const children = knowledge.taxonomy.children(candidate).filter((child) => child !== diagnosis && hasCase(child));
    if (children.length > 0) return random.pick(children);
  }
  return null;
}
