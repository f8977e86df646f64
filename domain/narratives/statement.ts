/**
 * What a narrative about a drawn picture says, whether it is in the standard form of either profile or a model's answer that
 * is nearly so: its findings, the diagnosis that it concludes with, and the differential diagnoses.
 */
import { demoDiagnoses, findingKinds, findingValues } from '../demo/findings.ts';
import { type Malignancy, malignancies } from '../knowledge/malignancy.ts';
import { extractLeniently } from '../questions/extract.ts';
import type { AskedQuestion } from '../questions/reading/asked.ts';
import { conditionNames, tags } from '../questions/tags.ts';

export interface Statement {
  /** Findings that the lesion is said to have, each once. */
  findings: string[];
  /** Findings from which the diagnosis is said to follow; null where nothing is said of it. */
  reasons: string[] | null;
  /** Diagnoses that the reasoning states as its own, in order. */
  conclusions: string[];
  /** The one that it ends with, as answers to open questions are read; null where there is none, or more than one. */
  answer: string | null;
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
  const statement: Statement = {
    ...{ findings: [], reasons: null, conclusions: [], differentials: [], condition: null },
    answer: answerIn(text),
  };
  for (const sentence of sentencesOf(thinking)) readSentence(sentence, statement);
  const conditions = named(answer, conditionPattern);
  const stated = malignancies.filter((condition) => conditions.includes(conditionNames[condition]));
  if (stated.length === 1) statement.condition = stated[0] ?? null;
  // The base names its findings nowhere else.
  if (statement.findings.length === 0) statement.findings = statement.reasons ?? [];
  return statement;
}

const diagnosesAsked: AskedQuestion = {
  task: 'diagnosis',
  options: demoDiagnoses.map(({ name }, i) => ({ letter: `#${i}`, label: name, synonyms: [] })),
};

function answerIn(text: string): string | null {
  const { letter } = extractLeniently(text, diagnosesAsked);
  return letter === null ? null : (demoDiagnoses[Number(letter.slice(1))]?.name ?? null);
}

/** The answer is in the last block, or behind the words that candidatePrompt (domain/dermeval/rubric.ts) demands. */
function partsOf(text: string): { thinking: string; answer: string } {
  const block = new RegExp(`<(?:${tags.diagnosis}|${tags.final})>([\\s\\S]*?)(?:</|$)`).exec(text);
  const said = block ? undefined : [...text.matchAll(/the answer is ([^\n]+)/g)].at(-1);
  const found = block ?? said;
  return found ? { thinking: text.slice(0, found.index), answer: found[1] ?? '' } : { thinking: text, answer: '' };
}

const sentencesOf = (text: string): string[] =>
  text
    .replaceAll(/<[^>]*>/g, ' ')
    .split(/(?<!\d)[.!?;]|\n|,? (?:but|while|although) |, and (?=it|the|there|its)/)
    .map((sentence) => sentence.trim())
    .filter(Boolean);

/** What stands behind it in a sentence is not there. */
const denial = /\b(?:lacks?|missing|without|no|not|absent|never|neither)\b/;
/** What stands before it is not there: "lacunae are missing". */
const deniedBefore = /\b(?:is|are|was|were|be)\s+(?:absent|missing|lacking|not\b)/;

/** Where a differential diagnosis was opened, findings are said of the comparison with it. */
function readSentence(sentence: string, statement: Statement): void {
  const [affirmed = ''] = deniedBefore.test(sentence) ? [] : sentence.split(denial);
  const findings = [...new Set(named(affirmed, findingPattern))];
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
