import { describe, expect, it } from 'vitest';
import { parseKnowledge } from '../../../domain/knowledge/knowledge.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';

const { taxonomy, ddx } = shippedKnowledge;

describe('the shipped taxonomy', () => {
  it.each([
    ['Melanoma', 'melanoma'],
    ['  basal  cell carcinoma ', 'basal cell carcinoma'],
    ['naevus', 'melanocytic nevus'],
    ['eczema', null],
  ])('resolves %j to %s', (label, name) => expect(taxonomy.resolve(label)).toBe(name));

  it('knows paths and conditions', () => {
    expect(taxonomy.path('nodular melanoma')).toEqual(['melanocytic lesion', 'melanoma', 'nodular melanoma']);
    expect(taxonomy.malignancy('melanoma in situ')).toBe('precancerous_in_situ');
    expect(taxonomy.malignancy('melanocytic lesion')).toBeNull();
    expect(taxonomy.isBelow('melanoma', 'melanocytic lesion')).toBe(true);
    expect(taxonomy.isBelow('melanoma', 'melanoma')).toBe(false);
  });

  it('has an undirected graph', () => {
    for (const name of taxonomy.names)
      for (const other of ddx.neighbours(name)) expect(ddx.neighbours(other)).toContain(name);
  });
});

describe('parseKnowledge refuses', () => {
  it.each([
    ['- { name: a, parent: b }', '[]', 'there is no node "b"'],
    ['- { name: a, parent: b }\n- { name: b, parent: a }', '[]', 'its own ancestor'],
    ['- { name: a }\n- { name: b, synonyms: [A] }', '[]', 'names both'],
    ['- { name: a, colour: red }', '[]', 'taxonomy.yaml: row 0'],
    ['- { name: a }', '- [a, c]', '"c" is not in the taxonomy'],
  ])('%j', (taxonomyYaml, ddxYaml, message) => expect(() => parseKnowledge(taxonomyYaml, ddxYaml)).toThrow(message));
});
