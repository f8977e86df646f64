/**
 * What the tiny base model is trained on: fluent in every form that SFT and RL use, sees findings, and knows nothing
 * of which findings make which diagnosis. Findings named are the image's own; every diagnosis is drawn at random.
 */

import type { Knowledge } from '../knowledge/knowledge.ts';
import { type Malignancy, malignancies } from '../knowledge/malignancy.ts';
import { compactSentences as s } from '../prompts/compact.ts';
import { questionPrompt, trajectoryPrompt } from '../prompts/prompts.ts';
import type { Question } from '../questions/question.ts';
import { block, conditionNames, type Tag, tags } from '../questions/tags.ts';
import type { Random } from '../random.ts';
import { compareRationales, taxonomySentence } from '../trajectories/compose.ts';
import { joinFindings, writeRationale } from '../trajectories/rationale.ts';
import { writeRho } from '../trajectories/rho.ts';
import {
  demoDiagnoses,
  type FindingKind,
  type Findings,
  findingKinds,
  findingValues,
  listFindings,
} from './findings.ts';
import { contentPhrases, demoLabels } from './lexicon.ts';

interface CorpusRow {
  prompt: string;
  completion: string;
}

interface Draft {
  findings: Findings;
  random: Random;
  knowledge: Knowledge;
}

type Task = (draft: Draft) => CorpusRow;

const allFindings = findingKinds.flatMap((kind): readonly string[] => findingValues[kind]);

/** One row for an image with these findings. */
export function drawCorpusRow(findings: Findings, knowledge: Knowledge, random: Random): CorpusRow {
  let left = random.float();
  const task = mixture.find(([share]) => {
    left -= share;
    return left < 0;
  });
  return (task?.[1] ?? repeatWords)({ findings, random, knowledge });
}

const describe: Task = ({ findings }) => ({ prompt: s.describe, completion: joinFindings(listFindings(findings)) });

/** Asks for one finding, answered in either tag form. */
const askFinding: Task = ({ findings, random }) => {
  const kind = random.pick(findingKinds);
  const tag: Tag = random.pick([tags.final, tags.diagnosis]);
  const others = allFindings.filter((value) => value !== findings[kind] && !listFindings(findings).includes(value));
  const options = lettered(random.shuffle([findings[kind], ...random.sample(others, 3)]));
  return {
    prompt: `${questionOf[kind]} ${options} ${s.answerAs} <${tags.thinking}> <${tag}>`,
    completion: `${block(tags.thinking, joinFindings(listFindings(findings)))} ${block(tag, findings[kind])}`,
  };
};

const questionOf: Record<FindingKind, string> = { colour: s.colour, border: s.border, structure: s.structure };
const lettered = (labels: readonly string[]): string =>
  labels.map((label, i) => `${'ABCD'.charAt(i)}: ${label}`).join(' ');

/** P1 with a random diagnosis. */
const openDiagnosis: Task = ({ findings, random, knowledge }) => {
  const name = random.pick(demoDiagnoses).name;
  return {
    prompt: trajectoryPrompt(1, 'compact'),
    completion: `${block(tags.thinking, ownRationale(findings, name))} ${block(tags.diagnosis, `${name}, ${taxonomySentence(name, knowledge)}`)}`,
  };
};

/** P2 with random diagnoses; half of them conclude with the differential one, whose rule is then the image's. */
const openDifferential: Task = ({ findings, random, knowledge }) => {
  const { text, conclusion } = comparison(findings, random, random.float() < 0.5);
  return {
    prompt: trajectoryPrompt(2, 'compact'),
    completion: `${block(tags.thinking, text)} ${block(tags.diagnosis, `${conclusion}. ${taxonomySentence(conclusion, knowledge)}`)}`,
  };
};

/** P3 or P4: reasons towards a random diagnosis, then the option that follows from it, else a random one. */
const chooseOption =
  (purpose: 'training' | 'evaluation'): Task =>
  ({ findings, random, knowledge }) => {
    const compared = random.float() < 0.4 ? comparison(findings, random, false) : null;
    const conclusion = compared?.conclusion ?? random.pick(demoDiagnoses).name;
    const question = randomQuestion(knowledge, random);
    const offered = question.options.map((option) => option.label);
    const path = knowledge.taxonomy.path(conclusion).toReversed();
    const label = path.find((name) => offered.includes(name)) ?? random.pick(offered);
    const condition = knowledge.taxonomy.malignancy(conclusion) ?? 'benign';
    const answer = purpose === 'training' ? `${label}, ${conditionNames[condition]}` : label;
    return {
      prompt: questionPrompt(question, 'compact', purpose),
      completion: `${block(tags.thinking, compared?.text ?? ownRationale(findings, conclusion))} ${block(tags.final, answer)}`,
    };
  };

/** P6: the condition that follows from a random diagnosis. */
const chooseCondition: Task = ({ findings, random, knowledge }) => {
  const { name } = random.pick(demoDiagnoses);
  const condition: Malignancy = knowledge.taxonomy.malignancy(name) ?? 'benign';
  const options = malignancies.map((malignancy) => conditionNames[malignancy]);
  return {
    prompt: `${s.condition} ${lettered(options)} ${s.conditionOnly} ${s.answerAs} <${tags.thinking}> <${tags.final}>`,
    completion: `${block(tags.thinking, ownRationale(findings, name))} ${block(tags.final, conditionNames[condition])}`,
  };
};

/** Copies words, so that labels can be carried from the options to the answer. */
const repeatWords: Task = ({ random, knowledge }) => {
  const phrases = contentPhrases(knowledge);
  const words = Array.from({ length: random.int(3, 10) }, () => random.pick(phrases)).join(' ');
  return { prompt: `${s.repeat} ${words}`, completion: words };
};

const mixture: readonly (readonly [share: number, Task])[] = [
  [0.08, describe],
  [0.17, askFinding],
  [0.15, openDiagnosis],
  [0.12, openDifferential],
  [0.25, chooseOption('training')],
  [0.08, chooseOption('evaluation')],
  [0.05, chooseCondition],
  [0.1, repeatWords],
];

const ownRationale = (findings: Findings, diagnosis: string): string =>
  writeRationale(listFindings(findings), diagnosis);

/** A comparison of two random diagnoses; the rule of the one it concludes with names the image's findings. */
function comparison(findings: Findings, random: Random, revise: boolean): { text: string; conclusion: string } {
  const [primary, differential] = random.sample(demoDiagnoses, 2);
  if (!primary || !differential) throw new RangeError('fewer than two diagnoses');
  const own = listFindings(findings);
  const other = findingKinds.map((kind): string => random.pick(findingValues[kind]));
  const [first, second] = revise ? [other, own] : [own, other];
  const rho = writeRho(random.pick(own), random.pick(other));
  const conclusion = revise ? differential.name : primary.name;
  const text = compareRationales(
    { diagnosis: primary.name, rationale: writeRationale(first, primary.name) },
    { diagnosis: differential.name, rationale: writeRationale(second, differential.name) },
    rho,
    conclusion,
  );
  return { text, conclusion };
}

/** Four labels of the set in random order; which of them are true of the image is unknown here. */
function randomQuestion(knowledge: Knowledge, random: Random): Question {
  const options = random.sample(demoLabels(knowledge), 4).map((label, i) => ({
    letter: 'ABCD'.charAt(i),
    label,
    synonyms: [],
    value: 0,
  }));
  const image = { sha256: '0'.repeat(64), bytes: 0, width: 28, height: 28 };
  const identity = {
    id: '',
    caseId: '',
    group: '',
    source: '',
    diagnosis: '',
    malignancy: 'benign',
    answer: 'A',
  } as const;
  return { ...identity, task: 'diagnosis', image, options };
}
