import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namedConcepts, skinConConcepts } from '../../../domain/benchmarks/scoring/concept-names.ts';
import { conceptF1 } from '../../../domain/benchmarks/scoring/concepts.ts';

describe('namedConcepts', () => {
  it('knows the 48 signs of SkinCon', () => {
    expect(skinConConcepts).toHaveLength(48);
    for (const concept of skinConConcepts)
      expect(namedConcepts(`${concept}: clearly visible`)).toMatchObject({ strict: [concept] });
  });

  it.each([
    [
      'plaque: raised and red\nscale: white flakes',
      ['plaque', 'scale'],
      ['plaque', 'scale', 'white(hypopigmentation)', 'erythema'],
    ],
    ['- Papules: many\n2. Ulceration: central', ['papule', 'ulcer'], ['papule', 'ulcer']],
    ['An erythematous, scaly plaque with telangiectasias.', [], ['plaque', 'telangiectasia', 'scale', 'erythema']],
    ['No scale, crust or ulcer, but a nodule.', [], ['nodule']],
    ['crust: absent\nnodule: none\ncyst: present', ['cyst'], ['cyst']],
    ['Scale is not seen. A plaque is present.', [], ['plaque']],
    ['A brown macule without erosion', [], ['macule', 'brown(hyperpigmentation)']],
    ['', [], []],
  ])('%s', (text, strict, lenient) => {
    const found = namedConcepts(text);
    expect(found.strict).toEqual(skinConConcepts.filter((concept) => strict.includes(concept)));
    expect(found.lenient).toEqual(skinConConcepts.filter((concept) => lenient.includes(concept)));
  });

  it('names what it is given, in any order and number', () => {
    fc.assert(
      fc.property(fc.subarray([...skinConConcepts]), (listed) => {
        const text = listed
          .toReversed()
          .map((concept) => `${concept}: seen`)
          .join('\n');
        expect(namedConcepts(text).strict).toEqual(skinConConcepts.filter((concept) => listed.includes(concept)));
      }),
    );
  });
});

describe('conceptF1', () => {
  it('is 1 for the same signs, 0 for none of them, and 1 where there are none', () => {
    expect(conceptF1(['a', 'b'], ['b', 'a'])).toBe(1);
    expect(conceptF1(['a'], ['b'])).toBe(0);
    expect(conceptF1([], [])).toBe(1);
    expect(conceptF1(['a', 'b', 'c'], ['a'])).toBeCloseTo(0.5, 12);
  });
});
