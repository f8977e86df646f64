import { describe, expect, it } from 'vitest';
import { asConceptCase, type ConceptCase } from '../../../domain/cases/undiagnosed.ts';
import { createRandom } from '../../../domain/random.ts';
import {
  composeConcepts,
  conceptsOf,
  explanationRequest,
  readExplanation,
} from '../../../domain/trajectories/concepts.ts';
import { makeCase } from '../../support/cases.ts';

const concepts = { plaque: 'present', streaks: 'absent', 'pigment network': 'atypical' };
const [picture] = asConceptCase({ ...makeCase('a', 'melanoma'), concepts });
if (!picture) throw new Error('a case with concepts is a picture with concepts');

const explanations = new Map([
  ['plaque', ['A raised, flat-topped area.', 'A broad elevation of the skin.']],
  ['atypical pigment network', ['A net of brown lines of uneven width.']],
]);
const compose = (of: ConceptCase, seed = 1) => composeConcepts(of, explanations, 'paper', createRandom(`${seed}`));

describe('concepts of a picture', () => {
  it('are those that are there, with their kind', () =>
    expect(conceptsOf(picture)).toEqual(['plaque', 'atypical pigment network']));

  it('say nothing of a diagnosis', () => {
    expect(picture).not.toHaveProperty('diagnosis');
    expect(JSON.stringify(compose(picture))).not.toContain('melanoma');
    expect(asConceptCase(makeCase('b', 'melanoma'))).toEqual([]);
  });
});

describe('composeConcepts', () => {
  it('writes one line per concept with one of its explanations', () => {
    const row = compose(picture);
    expect(row).toMatchObject({ id: picture.id, image: picture.images[0] });
    const [plaque, network, ...more] = row?.completion.split('\n') ?? [];
    expect(explanations.get('plaque')?.map((text) => `plaque: ${text}`)).toContain(plaque);
    expect(network).toBe('atypical pigment network: A net of brown lines of uneven width.');
    expect(more).toEqual([]);
    expect(compose(picture)).toEqual(row);
  });

  it('uses every wording over many pictures', () => {
    const texts = Array.from({ length: 40 }, (_, seed) => compose(picture, seed)?.completion);
    expect(new Set(texts).size).toBe(2);
  });

  it('leaves out what nothing explains, and a picture of nothing else', () => {
    expect(compose({ ...picture, concepts: { plaque: 'present', scale: 'present' } })?.completion).not.toMatch(/scale/);
    expect(compose({ ...picture, concepts: { scale: 'present' } })).toBeNull();
  });
});

describe('explanations', () => {
  it('are asked for by concept and wording alone, so equal ones are paid for once', () => {
    expect(explanationRequest('plaque', 0)).toEqual(explanationRequest('plaque', 0));
    expect(explanationRequest('plaque', 0)).not.toEqual(explanationRequest('plaque', 1));
    expect(explanationRequest('plaque', 0).user).toContain('"plaque"');
  });

  it.each([
    ['<explanation> A raised area\n of skin. </explanation>', { ok: true, text: 'A raised area of skin.' }],
    ['A raised area of skin, broader than', { ok: false, reason: 'cut off in mid-sentence' }],
    ["I'm sorry, I cannot explain medical signs.", { ok: false, reason: 'refused' }],
    ['', { ok: false, reason: 'too short' }],
  ])('reads %j', (reply, expected) => expect(readExplanation(reply)).toEqual(expected));
});
