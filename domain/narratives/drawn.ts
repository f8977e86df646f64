/**
 * Narratives of generated pictures, scored by what was drawn: no model's taste is in it, and of other pictures it says
 * nothing. A text with another diagnosis, or with more findings of another picture than of this one, is of no use by the
 * rubric's own anchors (domain/dermeval/dimensions.ts): it has 0 in all six dimensions.
 */
import { demoDiagnoses, type Findings, listFindings } from '../demo/findings.ts';
import { generateWorld } from '../demo/world.ts';
import { byDimension, type Dimension, type Scores } from '../dermeval/dimensions.ts';
import { userMistake } from '../failures.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import type { GeneratedSpec } from '../recipe/data.ts';
import { type Statement, statementOf } from './statement.ts';

/** What is known of a picture because it was drawn so. */
export interface Drawing {
  findings: Findings;
  diagnosis: string;
}

/** Changes with every rule by which scores come about: part of their identity. */
export const drawnScores = 'drawn/3';

/** By the id of the case. Equal settings give equal pictures (domain/demo/world.ts). */
export function drawingsOf(spec: GeneratedSpec, seed: number): Map<string, Drawing> {
  const { clinic, textbook } = generateWorld(spec, seed);
  const entries = (source: string, cases: typeof clinic) =>
    cases.map(({ id, findings, diagnosis }) => [`${source}/${id}`, { findings, diagnosis: diagnosis.name }] as const);
  return new Map([...entries('ham10000', clinic), ...entries('textbook', textbook)]);
}

/** Scores of a text about a case's picture, and why there are none. */
interface DrawnScores {
  scores: Scores;
  fault: string | null;
}

/**
 * Scores texts by what was drawn, for whoever asks: who chooses narratives, the program in place of people, who scores a
 * model's answers. Of a picture that was not drawn nothing is known: all six are missing, which is counted and never zero.
 * Throws a user's mistake where a recipe draws nothing.
 */
export function drawnScorer(
  { data: { generate }, seed }: { data: { generate?: GeneratedSpec | undefined }; seed: number },
  knowledge: Knowledge,
): (caseId: string, text: string) => DrawnScores {
  if (!generate)
    throw userMistake(
      'nothing is known of pictures that were not drawn: give data.generate, or score by "judge" or "dermeval" (narratives.scoredBy) and certify by people (certified.by)',
    );
  const drawings = drawingsOf(generate, seed);
  return (caseId, text) => {
    const drawing = drawings.get(caseId);
    if (!drawing) return { scores: byDimension(() => null), fault: 'its picture was not drawn' };
    return { scores: scoreDrawn(text, drawing, knowledge), fault: null };
  };
}

/** From 0 to 5 in each dimension; none is missing. */
export function scoreDrawn(text: string, drawing: Drawing, knowledge: Knowledge): Scores {
  const statement = statementOf(text);
  const shown = listFindings(drawing.findings);
  const right = statement.findings.filter((finding) => shown.includes(finding)).length;
  const invented = statement.findings.length - right;
  if (statement.answer !== drawing.diagnosis || right <= invented) return byDimension(() => 0);
  const shares = sharesOf(statement, { shown, right, invented }, drawing.diagnosis, knowledge);
  return byDimension((dimension) => Math.round(50 * shares[dimension]) / 10);
}

interface Seen {
  shown: readonly string[];
  right: number;
  invented: number;
}

/** Of what each dimension asks for, the share that is there. */
function sharesOf(
  { findings, reasons, conclusions, differentials, condition }: Statement,
  { shown, right, invented }: Seen,
  diagnosis: string,
  { taxonomy }: Knowledge,
): Record<Dimension, number> {
  const others = differentials.filter(({ name }) => name !== diagnosis);
  const distinct = new Set(others.map(({ name }) => name)).size;
  const enough = Math.min(distinct, 2) / 2;
  const isConditionRight = condition !== null && condition === taxonomy.malignancy(diagnosis);
  const why = others.flatMap(({ name, shows, lacks }) => [
    ...shows.map((finding) => shown.includes(finding)),
    ...lacks.map((finding) => !shown.includes(finding) && typicalOf(name).includes(finding)),
  ]);
  return {
    accuracy: shareOf([true, ...findings.map((finding) => shown.includes(finding))]),
    // Whoever follows the text alone has to know how bad it may be, and what else it may be.
    safety: (Number(isConditionRight) + enough) / 2,
    medical_groundedness: shareOf([...findings.map((finding) => shown.includes(finding)), ...why]),
    clinical_coverage: (right / shown.length + enough + Number(condition !== null)) / 3,
    reasoning_coherence: shareOf([
      reasons !== null && sameSet(reasons, findings),
      conclusions.length > 0 && conclusions.every((name) => name === diagnosis),
      others.length > 0 && others.length === differentials.length && distinct === others.length,
      others.length > 0 && others.every((each) => isAgainst(each, findings)),
    ]),
    description_precision: Math.max(0, right - invented) / shown.length,
  };
}

/** What speaks against a differential diagnosis agrees with the findings before it. */
const isAgainst = ({ shows, lacks }: Statement['differentials'][number], findings: readonly string[]): boolean =>
  lacks.length > 0 &&
  shows.every((finding) => findings.includes(finding)) &&
  lacks.every((finding) => !findings.includes(finding));

const typicalOf = (name: string): string[] => {
  const known = demoDiagnoses.find((diagnosis) => diagnosis.name === name);
  return known ? listFindings(known.findings) : [];
};

const shareOf = (parts: readonly boolean[]): number =>
  parts.length === 0 ? 0 : parts.filter(Boolean).length / parts.length;

const sameSet = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((value) => other.includes(value));
