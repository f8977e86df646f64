/** Algorithms 1 to 4: which cases become which trajectories. The text comes later (`rho.ts`, `compose.ts`). */
import type { Case } from '../cases/case.ts';
import { differentialsOf, type Knowledge } from '../knowledge/knowledge.ts';
import { createRandom, type Random } from '../random.ts';

/** A case with the rationale r of a textbook. */
export type TextbookCase = Case & { rationale: string };

export interface PlainTrajectory {
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

export interface PlanSettings {
  seed: number;
  types: readonly (1 | 2 | 3)[];
  /** The most trajectories of type 2, and of type 3. */
  maxPerType: number;
}

export const isTextbookCase = (c: Case): c is TextbookCase => c.rationale !== undefined;

/** The case whose image the trajectory shows and whose diagnosis it ends with. */
export const shownCase = (planned: PlannedTrajectory): TextbookCase => {
  if (planned.type === 1) return planned.case;
  return planned.type === 2 ? planned.primary : planned.differential;
};

/** Plans every type that the settings name, type 1 first; deterministic in cases, knowledge and seed. */
export function planTrajectories(
  cases: readonly Case[],
  knowledge: Knowledge,
  settings: PlanSettings,
): PlannedTrajectory[] {
  const textbook = cases.filter(isTextbookCase);
  const byDiagnosis = Map.groupBy(textbook, (c) => c.diagnosis);
  return settings.types.toSorted().flatMap((type): PlannedTrajectory[] => {
    if (type === 1) return textbook.map((c) => ({ type, id: `1/${c.id}`, case: c }));
    const random = createRandom(`trajectories/${settings.seed}/${type}`);
    return random
      .fork('cases')
      .shuffle(textbook)
      .flatMap((primary) => planDifferential(type, primary, byDiagnosis, knowledge, random.fork(primary.id)))
      .slice(0, settings.maxPerType);
  });
}

function planDifferential(
  type: 2 | 3,
  primary: TextbookCase,
  byDiagnosis: ReadonlyMap<string, TextbookCase[]>,
  knowledge: Knowledge,
  random: Random,
): DifferentialTrajectory[] {
  const neighbour = resolveDdxNeighbour(primary.diagnosis, knowledge, (name) => byDiagnosis.has(name), random);
  const others = neighbour === null ? unrelatedDiagnoses(primary.diagnosis, byDiagnosis, knowledge) : [];
  if (neighbour === null && others.length === 0) return [];
  const diagnosis = neighbour ?? random.pick(others);
  const candidates = byDiagnosis.get(diagnosis) ?? [];
  if (candidates.length === 0) return [];
  const differential = random.pick(candidates);
  return [
    { type, id: `${type}/${primary.id}/${differential.id}`, primary, differential, link: neighbour ? 'ddx' : 'random' },
  ];
}

/** In code-unit order; what may be true of the same lesion, a subtype say, is no other diagnosis (A4). */
const unrelatedDiagnoses = (
  diagnosis: string,
  byDiagnosis: ReadonlyMap<string, unknown>,
  { taxonomy }: Knowledge,
): string[] => [...byDiagnosis.keys()].filter((name) => !taxonomy.overlap(name, diagnosis)).toSorted();

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
