import { describe, expect, it } from 'vitest';
import { composeTrajectory, taxonomySentence } from '../../../domain/trajectories/compose.ts';
import type { DifferentialTrajectory, TextbookCase } from '../../../domain/trajectories/plan.ts';
import { findingsOf, writeRationale } from '../../../domain/trajectories/rationale.ts';
import { parseRho, rhoRequest } from '../../../domain/trajectories/rho.ts';
import { makeCase } from '../../support/cases.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';

const textbook = (id: string, diagnosis: string, findings: string[]): TextbookCase => {
  const rationale = writeRationale(findings, diagnosis);
  return { ...makeCase(id, diagnosis), rationale };
};
const nevus = textbook('n', 'melanocytic nevus', ['tan', 'regular border', 'pigment network']);
const melanoma = textbook('m', 'melanoma', ['dark brown', 'irregular border', 'pigment network']);
const differential = (type: 2 | 3): DifferentialTrajectory => ({
  type,
  id: 'x',
  primary: nevus,
  differential: melanoma,
  link: 'ddx',
});

describe('composeTrajectory', () => {
  it('writes type 1', () => {
    const row = composeTrajectory({ type: 1, id: '1/n', case: nevus }, null, shippedKnowledge, 'compact');
    expect(row.completion).toBe(
      '<thinking> Presence of tan, regular border and pigment network indicates melanocytic nevus. </thinking> <diagnosis> melanocytic nevus, melanocytic nevus is a subtype of melanocytic lesion, and is generally classified as benign. </diagnosis>',
    );
    expect(row.diagnosis).toBe('melanocytic nevus');
  });

  it.each([
    [2, 'melanocytic nevus'],
    [3, 'melanoma'],
  ] as const)('type %d ends with %s', (type, diagnosis) => {
    const row = composeTrajectory(differential(type), 'The lesion shows x and lacks y.', shippedKnowledge, 'paper');
    expect(row.completion).toContain(
      `Therefore, the most likely diagnosis is ${diagnosis}. </thinking> <diagnosis> ${diagnosis}. `,
    );
    expect(row.completion.indexOf('indicates melanocytic nevus')).toBeLessThan(
      row.completion.indexOf('indicates melanoma.'),
    );
    expect(row.diagnosis).toBe(diagnosis);
  });
});

describe('taxonomySentence', () => {
  it.each([
    [
      'nodular melanoma',
      'nodular melanoma is a subtype of melanoma, and melanocytic lesion, and is generally classified as malignant.',
    ],
    ['vascular lesion', 'vascular lesion is generally classified as benign.'],
    ['melanocytic lesion', ''],
  ])('%s', (name, expected) => expect(taxonomySentence(name, shippedKnowledge)).toBe(expected));
});

describe('ρ', () => {
  const request = rhoRequest(differential(2), 'findings');
  it('asks the LLM to choose among findings that set the two apart', () => {
    expect(request.jsonSchema).toMatchObject({
      properties: {
        present: { enum: ['tan', 'regular border'] },
        absent: { enum: ['dark brown', 'irregular border'] },
      },
    });
  });

  it('argues for the differential diagnosis in type 3', () =>
    expect(rhoRequest(differential(3), 'findings').jsonSchema).toMatchObject({
      properties: { present: { enum: ['dark brown', 'irregular border'] } },
    }));

  it.each([
    ['{"present":"tan","absent":"dark brown"}', { ok: true, rho: 'The lesion shows tan and lacks dark brown.' }],
    ['{"present":"scale","absent":"dark brown"}', { ok: false, reason: '"present" is not a listed finding' }],
    ['{"present":"tan"}', { ok: false, reason: 'not an object with "present" and "absent"' }],
    ['sure! tan', { ok: false, reason: 'not JSON' }],
  ])('reads %s', (text, expected) => expect(parseRho(request, 'findings', text)).toEqual(expected));

  const free = rhoRequest(differential(2), 'free-text');
  it.each([
    [
      '<differential diagnosis reasoning>Tan and regular, no irregular border.</differential diagnosis reasoning>',
      true,
    ],
    ['A tan colour is seen, there is no mention of the', false],
    ["I'm sorry, I can't help with medical images today.", false],
    ['ok.', false],
  ])('reads free text %j: %s', (text, ok) => expect(parseRho(free, 'free-text', text).ok).toBe(ok));

  it('needs findings for the findings form', () => {
    const prose = { ...nevus, rationale: 'A tan macule.' };
    expect(() => rhoRequest({ ...differential(2), primary: prose }, 'findings')).toThrow('use "free-text"');
  });
});

describe('rationale', () => {
  it('gives its findings back', () =>
    expect(findingsOf(nevus.rationale)).toEqual(['tan', 'regular border', 'pigment network']));
  it('reads no findings from prose', () => expect(findingsOf('A tan macule.')).toBeNull());
});
