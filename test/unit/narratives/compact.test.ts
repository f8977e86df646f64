import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { demoDiagnoses, findingKinds, findingValues } from '../../../domain/demo/findings.ts';
import { demoLexicon } from '../../../domain/demo/lexicon.ts';
import { compactNarratives as wording } from '../../../domain/narratives/compact.ts';
import { narrativeRequest } from '../../../domain/narratives/wording.ts';
import { extractLeniently } from '../../../domain/questions/extract.ts';
import { joinFindings } from '../../../domain/trajectories/rationale.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';

const settings = { temperature: 0, maxTokens: 96 };
const schemaOf = z.object({
  properties: z.object({
    first: z.object({ enum: z.array(z.string()) }),
    second: z.object({ enum: z.array(z.string()) }),
  }),
});

/** Some findings, at most one of a kind, and any of the diagnoses. */
const told = fc
  .record({
    diagnosis: fc.constantFrom(...demoDiagnoses.map(({ name }) => name)),
    findings: fc.tuple(
      ...findingKinds.map((kind) => fc.option(fc.constantFrom<string>(...findingValues[kind]), { freq: 5 })),
    ),
  })
  .filter(({ findings }) => findings.some((finding) => finding !== null))
  .map(({ diagnosis, findings }) => ({
    diagnosis,
    description: joinFindings(findings.filter((finding) => finding !== null)),
  }));

/** Any reply that the grammar allows. */
const answered = fc.record({ told, picks: fc.tuple(fc.nat(), fc.nat()) }).map(({ told: known, picks: [a, b] }) => {
  const { properties } = schemaOf.parse(wording.reason(known, shippedKnowledge).jsonSchema);
  const pick = (list: readonly string[], n: number): string => list[n % list.length] ?? '';
  const reply = { first: pick(properties.first.enum, a), second: pick(properties.second.enum, b) };
  return { told: known, reply: JSON.stringify(reply) };
});

const vocabulary = z
  .object({ model: z.object({ vocab: z.record(z.string(), z.number()) }) })
  .parse(JSON.parse(readFileSync(new URL('../../../trainer/backbone/tokenizer.json', import.meta.url), 'utf8')));
const phrases = Object.keys(vocabulary.model.vocab).toSorted((a, b) => b.length - a.length);
const phrase = new RegExp(phrases.map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');

describe('a compact narrative', () => {
  it('is made of phrases of the tiny model, at most 64 tokens, and its diagnosis is read', () => {
    const options = demoDiagnoses.map(({ name: label }, i) => ({ letter: `#${i}`, label, synonyms: [] }));
    fc.assert(
      fc.property(answered, ({ told: known, reply }) => {
        const read = wording.readReasons(reply, known, shippedKnowledge);
        if (!read.ok) throw new Error(read.reason);
        const text = wording.compose(known, read.text, shippedKnowledge);
        expect(text.replaceAll(phrase, '').trim()).toBe('');
        expect((text.match(phrase) ?? []).length).toBeLessThanOrEqual(63); // and the end
        const { letter } = extractLeniently(text, { task: 'diagnosis', options });
        expect(demoDiagnoses[Number(letter?.slice(1))]?.name).toBe(known.diagnosis);
        expect(text).toMatch(
          /^<thinking> The lesion shows .+\. Presence of .+\. Its differential diagnosis is .+\. Therefore, the most likely diagnosis is .+\. <\/thinking> <diagnosis> .+\. <\/diagnosis>$/,
        );
      }),
      { numRuns: 500 },
    );
    expect(demoLexicon(shippedKnowledge).every((known) => phrases.includes(known))).toBe(true);
  });

  it('names two differential diagnoses that are neither the diagnosis nor each other', () => {
    fc.assert(
      fc.property(answered, ({ told: known, reply }) => {
        const read = wording.readReasons(reply, known, shippedKnowledge);
        const names = read.ok
          ? [...read.text.matchAll(/Its differential diagnosis is ([^.]+)\./g)].map(([, name]) => name)
          : [];
        expect(names).toHaveLength(2);
        expect(new Set([...names, known.diagnosis]).size).toBe(3);
      }),
    );
  });

  it('is one request for equal findings and diagnosis', () => {
    const [diagnosis, description] = ['melanoma', 'tan, irregular border and scale'];
    const request = (candidate: number) =>
      narrativeRequest(wording.reason({ description, diagnosis }, shippedKnowledge), null, settings, candidate);
    expect(request(0)).toEqual(request(0));
    expect(request(0)).not.toEqual(request(1));
  });
});

describe('a reply in the compact form', () => {
  it.each([
    ['pink, irregular border and scale', 'pink, irregular border and scale'],
    ['scale and pink.', 'pink and scale'],
    ['pink, pink and lacunae', 'pink and lacunae'],
    ['{"colour":"white","border":"regular border","structure":"scale"}', 'white, regular border and scale'],
  ])('%j is a description', (reply, text) => {
    expect(wording.readDescription(reply)).toEqual({ ok: true, text });
  });

  it.each([
    ['melanoma', 'names a diagnosis: melanoma'],
    ['tan, regular border and melanocytic nevus', 'names a diagnosis: melanocytic nevus'],
    ['tan, pink and scale', 'contradicts itself'],
    ['a brown spot', 'names what is no finding'],
    ['Which colour is present?', 'names what is no finding'],
    ['', 'empty'],
  ])('%j is none', (reply, reason) => {
    expect(wording.readDescription(reply)).toEqual({ ok: false, reason });
  });

  it.each([
    ['sorry', 'not JSON'],
    ['{"first":"scale"}', 'not an object with "first" and "second"'],
    ['{"first":"tan","second":"dark brown"}', 'not one of the listed reasons'],
  ])('%j gives no reasons', (reply, reason) => {
    const known = { description: 'tan and regular border', diagnosis: 'melanocytic nevus' };
    expect(wording.readReasons(reply, known, shippedKnowledge)).toEqual({ ok: false, reason });
  });
});
