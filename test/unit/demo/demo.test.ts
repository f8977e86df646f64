import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { drawCorpusRow } from '../../../domain/demo/corpus.ts';
import { demoDiagnoses } from '../../../domain/demo/findings.ts';
import { renderLesion } from '../../../domain/demo/lesion.ts';
import { demoLexicon } from '../../../domain/demo/lexicon.ts';
import { drawIndependentFindings, generateWorld } from '../../../domain/demo/world.ts';
import { questionTasks } from '../../../domain/questions/question.ts';
import { createRandom } from '../../../domain/random.ts';
import { makeCase } from '../../support/cases.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';
import { buildQuestions } from '../../support/questions.ts';
import { demoRecipe } from '../../support/recipes.ts';

const tokenizerSchema = z.object({ model: z.object({ vocab: z.record(z.string(), z.number()) }) });

const spec = { images: 300, textbook: 100, atypical: 0.25, atypicalTextbook: 0.1 };

describe('the demo world', () => {
  const world = generateWorld(spec, 1);
  it('has eight diagnoses on two levels, with every condition', () => {
    const names = demoDiagnoses.map((d) => d.name);
    expect(new Set(names.map((n) => shippedKnowledge.taxonomy.path(n).length))).toEqual(new Set([2]));
    expect(new Set(names.map((n) => shippedKnowledge.taxonomy.malignancy(n))).size).toBe(3);
    expect(new Set(world.clinic.map((c) => c.diagnosis.name)).size).toBe(8);
  });
  it('repeats itself, and differs by seed', () => {
    expect(generateWorld(spec, 1)).toEqual(world);
    expect(generateWorld(spec, 2).clinic[0]).not.toEqual(world.clinic[0]);
  });
  it('gives patients several images and textbooks a rationale', () => {
    expect(Math.max(...[...Map.groupBy(world.clinic, (c) => c.patient).values()].map((l) => l.length))).toBeGreaterThan(
      1,
    );
    expect(world.textbook.every((c) => c.rationale?.endsWith(`indicates ${c.diagnosis.name}.`))).toBe(true);
  });
  it('draws the same pixels twice', () => {
    const appearance = world.clinic[0]?.appearance;
    if (!appearance) throw new Error('no case');
    expect(renderLesion(appearance)).toEqual(renderLesion(appearance));
  });
});

describe('the corpus of the base model', () => {
  const phrases = demoLexicon(shippedKnowledge).toSorted((a, b) => b.length - a.length);
  const escaped = phrases.map((p) => p.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const rows = Array.from({ length: 500 }, (_, i) => {
    const random = createRandom(i);
    const findings = drawIndependentFindings(random);
    return { findings, ...drawCorpusRow(findings, shippedKnowledge, random) };
  });

  it('uses nothing but phrases of the lexicon', () => {
    for (const row of rows) {
      expect(`${row.prompt} ${row.completion}`.replaceAll(new RegExp(escaped, 'g'), '').trim()).toBe('');
    }
  });

  it('says nothing of which findings make which diagnosis', () => {
    const typical = rows.filter((row) =>
      demoDiagnoses.some((d) =>
        row.completion.includes(
          `Presence of ${Object.values(d.findings).slice(0, 2).join(', ')} and ${d.findings.structure} indicates ${d.name}.`,
        ),
      ),
    );
    expect(typical.length / rows.length).toBeLessThan(0.05);
  });
});

describe('the lexicon of the tiny model', () => {
  it('is the vocabulary of the shipped tokenizer, so that the taxonomy may grow without a new model', () => {
    const file = new URL('../../../trainer/backbone/tokenizer.json', import.meta.url);
    const vocabulary = tokenizerSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).model.vocab;
    const ofChat = ['system', 'user', 'assistant'];
    const phrases = Object.keys(vocabulary).filter((phrase) => !phrase.startsWith('<|') && !ofChat.includes(phrase));
    expect(new Set(demoLexicon(shippedKnowledge))).toEqual(new Set(phrases));
  });

  it('holds every label that the demo asks about', () => {
    const lexicon = demoLexicon(shippedKnowledge);
    const cases = demoDiagnoses.map(({ name }) => makeCase(name, name, { split: 'test' }));
    const asked = buildQuestions(cases, shippedKnowledge, {
      seed: 1,
      granularity: 'leaf',
      distractors: demoRecipe().questions.distractors,
      tasks: questionTasks,
    });
    const labels = asked.flatMap((question) => question.options.map((option) => option.label));
    expect(labels.filter((label) => !lexicon.includes(label))).toEqual([]);
  });
});
