/**
 * What a narrative about a drawn picture says, whether it is in the standard form of either profile or a model's answer that
 * is nearly so: its findings, the diagnosis that it concludes with, and the differential diagnoses.
 */
import { demoDiagnoses, findingKinds, findingValues } from '../demo/findings.ts';
import { type Malignancy, malignancies } from '../knowledge/malignancy.ts';
import { conditionNames, tags } from '../questions/tags.ts';

export interface Statement {
  /** Findings that the lesion is said to have, each once. */
  findings: string[];
  /** Findings from which the diagnosis is said to follow; null where nothing is said of it. */
  reasons: string[] | null;
  /** Each diagnosis that the text states as its own, in order: the last is the answer, null where that is not one. */
  conclusions: (string | null)[];
  differentials: { name: string; shows: string[]; lacks: string[] }[];
  /** Whether the lesion is benign or not; null where it is not said, or not clearly. */
  condition: Malignancy | null;
}

/** Of names within one another the longest is found. */
const patternOf = (names: readonly string[]): RegExp =>
  new RegExp(`(?<![a-z-])(?:${names.toSorted((a, b) => b.length - a.length).join('|')})(?![a-z-])`, 'g');
const findingPattern = patternOf(findingKinds.flatMap((kind): readonly string[] => findingValues[kind]));
const diagnosisPattern = patternOf(demoDiagnoses.map(({ name }) => name));
const conditionPattern = patternOf(Object.values(conditionNames));

export function statementOf(text: string): Statement {
  const plain = text.toLowerCase();
  const { thinking, answer } = partsOf(plain);
  const statement: Statement = { findings: [], reasons: null, conclusions: [], differentials: [], condition: null };
  for (const sentence of sentencesOf(thinking)) readSentence(sentence, statement);
  if (answer !== null) statement.conclusions.push(oneOf(answer));
  const conditions = named(answer ?? '', conditionPattern);
  const stated = malignancies.filter((condition) => conditions.includes(conditionNames[condition]));
  if (stated.length === 1) statement.condition = stated[0] ?? null;
  // The base names its findings nowhere else.
  if (statement.findings.length === 0) statement.findings = statement.reasons ?? [];
  return statement;
}

/**
 * The answer is in blocks, or behind the words that candidatePrompt (domain/dermeval/rubric.ts) demands. All of them are
 * the answer, so that two are none; null where there is none.
 */
function partsOf(text: string): { thinking: string; answer: string | null } {
  const blocks = [...text.matchAll(new RegExp(`<(?:${tags.diagnosis}|${tags.final})>([\\s\\S]*?)(?:</|$)`, 'g'))];
  const found = blocks.length > 0 ? blocks : [...text.matchAll(/the answer is([^\n]*)/g)];
  const [first] = found;
  if (!first) return { thinking: text, answer: null };
  return { thinking: text.slice(0, first.index), answer: found.map(([, said = '']) => said).join('\n') };
}

/** The one diagnosis that an answer names; null where it names none, several, or denies what it names. */
function oneOf(answer: string): string | null {
  const [name, ...others] = new Set(named(answer, diagnosisPattern));
  if (name === undefined || others.length > 0) return null;
  return denial.test(answer.slice(0, answer.indexOf(name))) ? null : name;
}

const sentencesOf = (text: string): string[] =>
  text
    .replaceAll(/<[^>]*>/g, ' ')
    .split(/(?<!\d)[.!?]|\n/)
    .map((sentence) => sentence.trim())
    .filter(Boolean);

/** What stands behind it in a sentence is not there. */
const denial = /\b(?:lacks?|missing|without|no|not|absent)\b/;

/** Where a differential diagnosis was opened, findings are said of the comparison with it. */
function readSentence(sentence: string, statement: Statement): void {
  const [affirmed = ''] = sentence.split(denial);
  const findings = named(affirmed, findingPattern);
  const diagnoses = named(sentence, diagnosisPattern);
  const open = statement.differentials.at(-1);
  if (/\bdifferential diagnos[ie]s\b|^\d+\b/.test(sentence)) {
    for (const name of diagnoses.slice(0, 1)) statement.differentials.push({ name, shows: [], lacks: [] });
  } else if (denial.test(sentence) && open) {
    open.shows.push(...findings);
    open.lacks.push(...named(sentence.slice(affirmed.length), findingPattern));
  } else if (/\bindicates?\b/.test(sentence)) {
    // By the rule of a differential diagnosis it would be that one.
    if (open && diagnoses.includes(open.name)) return;
    statement.reasons ??= findings;
    statement.conclusions.push(...diagnoses.slice(0, 1));
  } else if (/\b(?:primary|most likely) diagnosis\b/.test(sentence)) {
    statement.conclusions.push(...diagnoses.slice(0, 1));
  } else if (!open || /\blesion (?:also )?(?:shows|has)\b/.test(sentence)) {
    for (const finding of findings) if (!statement.findings.includes(finding)) statement.findings.push(finding);
  }
}

/** In their order in the text. */
const named = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([name]) => name);
