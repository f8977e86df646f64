/**
 * Narratives for the tiny model, of phrases of its lexicon (domain/demo/lexicon.ts) alone. The findings are those of drawn
 * pictures; what is known of diseases is which of them are typical of which (domain/demo/findings.ts).
 */

import { z } from 'zod';
import { demoDiagnoses, type FindingKind, findingKinds, findingValues, listFindings } from '../demo/findings.ts';
import { differentialsOf, type Knowledge } from '../knowledge/knowledge.ts';
import { conceptPrompt, trajectoryPrompt } from '../prompts/prompts.ts';
import { block, tags } from '../questions/tags.ts';
import { parseReplyJson } from '../replies/json.ts';
import { taxonomySentence } from '../trajectories/compose.ts';
import { joinFindings, writeRationale } from '../trajectories/rationale.ts';
import { writeRho } from '../trajectories/rho.ts';
import { verdictsIn } from './blind.ts';
import type { Known, NarrativeWording, Read } from './wording.ts';

const system = 'You are a concise, professional dermatology assistant.';
const allFindings = findingKinds.flatMap((kind): readonly string[] => findingValues[kind]);
const oneOf = (values: readonly string[]) => ({ type: 'string', enum: values });
const objectOf = (properties: Record<string, object>) => ({
  ...{ type: 'object', properties, required: Object.keys(properties), additionalProperties: false },
});

export const compactNarratives: NarrativeWording = {
  prompt: trajectoryPrompt(1, 'compact'),
  describe: conceptPrompt('compact'),
  describeByLlm: {
    system,
    user: 'What does the picture show? Reply in JSON with one of the listed findings of each kind.',
    jsonSchema: objectOf(Object.fromEntries(findingKinds.map((kind) => [kind, oneOf(findingValues[kind])]))),
  },
  readDescription,
  reason,
  readReasons,
  compose: ({ description, diagnosis }, reasons, knowledge) =>
    `${block(tags.thinking, `The lesion shows ${description}. ${reasons}`)} ${block(tags.diagnosis, `${diagnosis}, ${taxonomySentence(diagnosis, knowledge)}`)}`,
};

/** Phrases of a list: `a, b and c`. */
const phrasesOf = (list: string): string[] =>
  list
    .split(/,| and /)
    .map((phrase) => phrase.trim())
    .filter(Boolean);

const kindOf = (finding: string): FindingKind | undefined =>
  findingKinds.find((kind) => (findingValues[kind] as readonly string[]).includes(finding)); // any text may be asked for

/** A list of findings, or an object with one of each kind; at most one of a kind, in the order of the kinds. */
function readDescription(reply: string): Read {
  const [named] = verdictsIn(reply);
  if (named !== undefined) return { ok: false, reason: `names a diagnosis: ${named}` };
  const phrases = listed(reply) ?? phrasesOf(reply.trim().replace(/\.$/, ''));
  const unknown = phrases.find((phrase) => kindOf(phrase) === undefined);
  if (unknown !== undefined) return { ok: false, reason: 'names what is no finding' };
  if (phrases.length === 0) return { ok: false, reason: 'empty' };
  const byKind = findingKinds.map((kind) => [...new Set(phrases.filter((phrase) => kindOf(phrase) === kind))]);
  if (byKind.some((own) => own.length > 1)) return { ok: false, reason: 'contradicts itself' };
  return { ok: true, text: joinFindings(byKind.flat()) };
}

function listed(reply: string): string[] | null {
  try {
    return Object.values(z.partialRecord(z.enum(findingKinds), z.string()).parse(parseReplyJson(reply)));
  } catch {
    return null;
  }
}

/**
 * Two differential diagnoses, each with a finding that speaks against it and one that it would show. Whoever is asked
 * chooses; the lists hold what is true of the description, so that a small model's reasons can be sound.
 */
function reason({ description, diagnosis }: Known, knowledge: Knowledge) {
  const [first, second] = choicesOf({ description, diagnosis }, knowledge);
  return {
    system,
    user: `The lesion shows ${description}. The diagnosis is ${diagnosis}. ${[...first, ...second].map(saidOf).join('. ')}. Which two of these findings speak against another diagnosis, for they are missing here? Reply in JSON.`,
    jsonSchema: objectOf({
      first: oneOf(first.map(({ lacks }) => lacks)),
      second: oneOf(second.map(({ lacks }) => lacks)),
    }),
  };
}

/**
 * Two lists without a diagnosis in common. A choice is known by the finding that is missing, which in each list stands for
 * one diagnosis: each further token of a reply costs a small model a moment.
 */
function choicesOf(known: Known, knowledge: Knowledge): [Against[], Against[]] {
  const neighbours = differentialsOf(known.diagnosis, knowledge).filter((name) => typicalOf(name).length > 0);
  const others = demoDiagnoses.map(({ name }) => name).filter((name) => name !== known.diagnosis);
  const names = (neighbours.length > 1 ? neighbours : others).toSorted();
  const choices = (parity: number): Against[] => {
    const all = names.filter((_, i) => i % 2 === parity).flatMap((name) => reasonsAgainst(name, known));
    return all.filter(({ lacks }, i) => all.findIndex((each) => each.lacks === lacks) === i);
  };
  return [choices(0), choices(1)];
}

/** A differential diagnosis, what the lesion shows instead, and what it would show. */
interface Against {
  name: string;
  shows: string;
  lacks: string;
}

const saidOf = ({ name, lacks }: Against): string => `${name} has ${lacks}`;

const typicalOf = (name: string): string[] => {
  const known = demoDiagnoses.find((diagnosis) => diagnosis.name === name);
  return known ? listFindings(known.findings) : [];
};

/** Of the kind of the lacking finding, where the lesion shows one; else the first that the other diagnosis does not have. */
function reasonsAgainst(name: string, { description }: Known): Against[] {
  const seen = phrasesOf(description);
  const typical = typicalOf(name);
  const absent = without(typical, seen);
  return (absent.length > 0 ? absent : without(allFindings, seen)).map((lacks) => {
    const instead = seen.find((finding) => kindOf(finding) === kindOf(lacks));
    return { name, lacks, shows: instead ?? without(seen, typical)[0] ?? seen[0] ?? lacks };
  });
}

const without = (of: readonly string[], not: readonly string[]): string[] => of.filter((value) => !not.includes(value));

const chosenSchema = z.object({ first: z.string(), second: z.string() });

function readReasons(reply: string, known: Known, knowledge: Knowledge): Read {
  let json: unknown;
  try {
    json = parseReplyJson(reply);
  } catch {
    return { ok: false, reason: 'not JSON' };
  }
  const chosen = chosenSchema.safeParse(json);
  if (!chosen.success) return { ok: false, reason: 'not an object with "first" and "second"' };
  const { first, second } = chosen.data;
  const [ofFirst, ofSecond] = choicesOf(known, knowledge);
  const [one, other] = [ofFirst.find(({ lacks }) => lacks === first), ofSecond.find(({ lacks }) => lacks === second)];
  if (!one || !other) return { ok: false, reason: 'not one of the listed reasons' };
  const sentences = [one, other].flatMap(({ name, shows, lacks }) => [
    `Its differential diagnosis is ${name}.`,
    writeRho(shows, lacks),
  ]);
  const { description, diagnosis } = known;
  const meaning = writeRationale(phrasesOf(description), diagnosis);
  return { ok: true, text: [meaning, ...sentences, `Therefore, the most likely diagnosis is ${diagnosis}.`].join(' ') };
}
