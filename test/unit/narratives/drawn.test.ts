import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  demoDiagnoses,
  type Findings,
  findingKinds,
  findingValues,
  listFindings,
} from '../../../domain/demo/findings.ts';
import { generateWorld } from '../../../domain/demo/world.ts';
import { dimensionKeys, meanScore } from '../../../domain/dermeval/dimensions.ts';
import { compactNarratives } from '../../../domain/narratives/compact.ts';
import { type Drawing, drawingsOf, scoreDrawn } from '../../../domain/narratives/drawn.ts';
import { fullNarratives } from '../../../domain/narratives/full.ts';
import { createRandom } from '../../../domain/random.ts';
import { joinFindings } from '../../../domain/trajectories/rationale.ts';
import { shippedKnowledge as knowledge } from '../../support/knowledge.ts';
import { compactText } from '../../support/narratives.ts';

const score = (text: string, drawing: Drawing) => scoreDrawn(text, drawing, knowledge);
const zero = Object.fromEntries(dimensionKeys.map((key) => [key, 0]));
const names = demoDiagnoses.map(({ name }) => name);
const drawing = fc.record({
  diagnosis: fc.constantFrom(...names),
  findings: fc.record({
    colour: fc.constantFrom<string>(...findingValues.colour),
    border: fc.constantFrom<string>(...findingValues.border),
    structure: fc.constantFrom<string>(...findingValues.structure),
  }),
});
const rightIn = (one: Findings, other: Findings): number =>
  findingKinds.filter((kind) => one[kind] === other[kind]).length;

describe('a narrative of a drawn picture', () => {
  it('that says what was drawn has the best scores in all dimensions', () => {
    for (const { name, findings } of demoDiagnoses) {
      const scores = score(compactText(findings, name), { findings, diagnosis: name });
      expect(meanScore(scores), name).toBe(5);
    }
  });

  it('with another diagnosis, or with more findings of another picture than of its own, is at the floor', () => {
    fc.assert(
      fc.property(drawing, drawing, ({ findings, diagnosis }, other) => {
        const isOther = other.diagnosis !== diagnosis || rightIn(findings, other.findings) < 2;
        fc.pre(isOther);
        expect(score(compactText(other.findings, other.diagnosis), { findings, diagnosis })).toEqual(zero);
      }),
      { numRuns: 500 },
    );
  });

  it('loses with each finding that is wrong or missing', () => {
    const { findings, name } = { findings: demoDiagnoses[3]?.findings, name: 'basal cell carcinoma' };
    if (!findings) throw new RangeError('no diagnosis');
    const drawn = { findings, diagnosis: name };
    const whole = meanScore(score(compactText(findings, name), drawn)) ?? 0;
    const less = score(compactText({ ...findings, structure: '' }, name), drawn);
    const wrong = score(compactText({ ...findings, structure: 'scale' }, name), drawn);
    expect(less).toMatchObject({ accuracy: 5, description_precision: 3.3 });
    expect(wrong.description_precision).toBe(1.7);
    expect(wrong.accuracy).toBeLessThan(5);
    expect(meanScore(wrong)).toBeLessThan(meanScore(less) ?? 0);
    expect(meanScore(less)).toBeLessThan(whole);
  });

  it('loses without a differential diagnosis, and where its parts contradict each other', () => {
    const { findings, name } = demoDiagnoses[1] ?? {};
    if (!findings || !name) throw new RangeError('no diagnosis');
    const drawn = { findings, diagnosis: name };
    const text = compactText(findings, name);
    const without = text.replaceAll(/Its differential diagnosis is [^.]+\. The lesion shows [^.]+\. /g, '');
    expect(without).not.toBe(text);
    expect(score(without, drawn)).toMatchObject({
      accuracy: 5,
      safety: 2.5,
      clinical_coverage: 3.3,
      reasoning_coherence: 2.5,
    });
    const mild = text.replace('classified as malignant', 'classified as benign');
    expect(score(mild, drawn)).toMatchObject({ safety: 2.5, accuracy: 5 });
    const other = text.replace('the most likely diagnosis is melanoma', 'the most likely diagnosis is hemangioma');
    expect(score(other, drawn).reasoning_coherence).toBeLessThan(5);
    const seen = text.replace(/and lacks [^.]+\./, `and lacks ${findings.colour}.`);
    expect(score(seen, drawn).medical_groundedness).toBeLessThan(5);
    expect(score(seen, drawn).reasoning_coherence).toBeLessThan(5);
  });

  it('is scored in the full form and as the base writes it, too', () => {
    const findings = demoDiagnoses[4]?.findings;
    if (!findings) throw new RangeError('no diagnosis');
    const diagnosis = 'actinic keratosis or bowen disease';
    const drawn = { findings, diagnosis };
    const told = {
      diagnosis,
      description:
        'Morphology: One patch with an irregular border.\nColour: It is pink.\nSurface: It has scale, and no lacunae.',
    };
    const reply = JSON.stringify({
      meaning: 'The pink colour and the scale speak of keratinocytes that grow wrongly in the sun.',
      differentials: [
        { diagnosis: 'squamous cell carcinoma', whyNot: 'It would be red, which this lesion is not.' },
        { diagnosis: 'basal cell carcinoma', whyNot: 'Arborizing vessels are missing.' },
      ],
      conclusion: 'Pink scale with an irregular border speaks for it most.',
      diagnosis,
    });
    const read = fullNarratives.readReasons(reply, told, knowledge);
    if (!read.ok) throw new Error(read.reason);
    const full = score(fullNarratives.compose(told, read.text, knowledge), drawn);
    expect(full).toMatchObject({ accuracy: 5, description_precision: 5, clinical_coverage: 3.3 });
    const base = `<thinking> Presence of ${joinFindings(listFindings(findings))} indicates ${diagnosis}. </thinking> <diagnosis> ${diagnosis}, ${diagnosis} is a subtype of epidermal lesion, and is generally classified as precancerous in situ. </diagnosis>`;
    expect(score(base, drawn)).toMatchObject({
      accuracy: 5,
      safety: 2.5,
      description_precision: 5,
      clinical_coverage: 3.3,
    });
    expect(score('', drawn)).toEqual(zero);
    expect(score('I cannot tell.', drawn)).toEqual(zero);
  });
});

describe('a text that would please without knowing', () => {
  const findings = demoDiagnoses[6]?.findings ?? { colour: '', border: '', structure: '' };
  const drawn = { findings, diagnosis: 'hemangioma' };
  const text = compactText(findings, 'hemangioma');
  const answered = (answer: string): string => text.replace(/<diagnosis> .* <\/diagnosis>/, answer);

  it.each([
    ['several diagnoses', answered('<diagnosis> hemangioma, melanoma, dermatofibroma </diagnosis>')],
    ['a choice', answered('<diagnosis> hemangioma or melanoma </diagnosis>')],
    ['two blocks', `${text} <diagnosis> melanoma </diagnosis>`],
    ['a denial', answered('<diagnosis> not hemangioma </diagnosis>')],
    [
      'all findings',
      text.replace(
        'The lesion shows red,',
        `The lesion shows ${findingKinds.flatMap((kind) => findingValues[kind]).join(', ')},`,
      ),
    ],
    [
      'what is not there',
      'The lesion shows no lacunae. It is not red, and the regular border is absent. The answer is hemangioma.',
    ],
    [
      'all findings behind a differential diagnosis',
      text.replace(
        /(Its differential diagnosis is [^.]*\.)/,
        `$1 The lesion also shows ${findingKinds.flatMap((kind) => findingValues[kind]).join(', ')}.`,
      ),
    ],
    ['two answers', 'The lesion shows red, lacunae.\nThe answer is hemangioma.\nThe answer is melanoma.'],
    ['no findings', '<diagnosis> hemangioma, benign </diagnosis>'],
  ])('by %s is at the floor', (_, written) => {
    expect(score(text, drawn)).not.toEqual(zero);
    expect(score(written, drawn)).toEqual(zero);
  });

  it('gains nothing by saying a finding several times', () => {
    const once = text.replace(
      /The lesion shows red, [^.]*\. Presence of [^.]* indicates/,
      'The lesion shows red. Presence of red indicates',
    );
    const thrice = text.replace(
      /The lesion shows red, [^.]*\. Presence of [^.]* indicates/,
      'Presence of red, red and red indicates',
    );
    expect(score(once, drawn).description_precision).toBe(1.7);
    expect(score(thrice, drawn).description_precision).toBe(1.7);
  });
});

describe('the negative control', () => {
  const spec = { images: 1600, textbook: 400, atypical: 0.25, atypicalTextbook: 0.1 };
  const drawings = [...drawingsOf(spec, 1)];

  it('of findings shuffled between all pictures with another diagnosis scores nothing', () => {
    const random = createRandom('control');
    const shuffled = random.shuffle(drawings.map(([, drawn]) => drawn));
    for (const [i, [, own]] of drawings.entries()) {
      const { findings } = shuffled[i] ?? own;
      const diagnosis = random.pick(names.filter((name) => name !== own.diagnosis));
      expect(score(compactText(findings, diagnosis), own)).toEqual(zero);
    }
  });

  it('of findings alone shuffled scores what chance leaves, far below what is true', () => {
    const shuffled = createRandom('findings').shuffle(drawings.map(([, drawn]) => drawn.findings));
    const mean = (findingsOf: (i: number, own: Drawing) => Findings): number =>
      drawings.reduce((sum, [, own], i) => {
        const text = compactText(findingsOf(i, own), own.diagnosis);
        return sum + (meanScore(score(text, own)) ?? Number.NaN);
      }, 0) / drawings.length;
    const [control, honest] = [mean((i, own) => shuffled[i] ?? own.findings), mean((_, own) => own.findings)];
    expect(honest).toBeGreaterThan(4.8);
    expect(control).toBeLessThan(1);
  });

  it('knows every generated case by the id that its import gives it', () => {
    const world = generateWorld(spec, 1);
    expect(drawings).toHaveLength(2000);
    const [first] = world.clinic;
    expect(drawingsOf(spec, 1).get('ham10000/DEMO_0000001')).toEqual({
      findings: first?.findings,
      diagnosis: first?.diagnosis.name,
    });
    expect(compactNarratives.describe).toBe('Describe the findings.');
  });
});
