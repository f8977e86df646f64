import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKnowledge } from '../../../domain/knowledge/knowledge.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';

const { taxonomy, ddx } = shippedKnowledge;

describe('the shipped taxonomy', () => {
  it.each([
    ['Melanoma', 'melanoma', 'exact'],
    ['  basal  cell-carcinoma. ', 'basal cell carcinoma', 'exact'],
    ['naevus', 'melanocytic nevus', 'exact'],
    ['melanocytic nevi', 'melanocytic nevus', 'exact'],
    ['Bowen’s disease', 'bowen disease', 'exact'],
    ['Nevus, Balloon cell', 'balloon cell nevus', 'exact'],
    ['melanoma, superficial spreading type', 'superficial spreading melanoma', 'exact'],
    ['nodular-melanoma-(nm)', 'nodular melanoma', 'exact'],
    ['melanoma, rhabdoid type', 'melanoma', 'broader'],
    ['basal cell carcinoma trunk ext', 'basal cell carcinoma', 'broader'],
    ['psoriasis-histology', 'psoriasis', 'broader'],
  ])('resolves %j to %s (%s)', (label, name, exactness) => {
    expect(taxonomy.resolve(label)).toEqual({ name, exactness });
  });

  it.each(['nevus of nowhere', 'melanoma mimic', 'yes', '', '—'])('guesses nothing of %j', (label) => {
    expect(taxonomy.resolve(label)).toBeNull();
  });

  it('resolves every name and synonym to its own node, in any case and spacing', () => {
    const labels = taxonomy.names.flatMap((name) =>
      [name, ...taxonomy.synonyms(name)].map((label) => ({ name, label })),
    );
    const rewritten = [
      (label: string) => label,
      (label: string) => ` ${label.toUpperCase()}`,
      (label: string) => label.replaceAll(' ', '  '),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...labels), fc.constantFrom(...rewritten), ({ name, label }, rewrite) => {
        expect(taxonomy.resolve(rewrite(label))).toEqual({ name, exactness: 'exact' });
      }),
      { numRuns: 2000 },
    );
  });

  it('knows paths, siblings and conditions', () => {
    expect(taxonomy.path('nodular melanoma')).toEqual(['melanocytic lesion', 'melanoma', 'nodular melanoma']);
    expect(taxonomy.siblings('nodular melanoma')).toContain('superficial spreading melanoma');
    expect(taxonomy.siblings('nodular melanoma')).not.toContain('nodular melanoma');
    expect(taxonomy.siblings('melanocytic lesion')).toEqual([]);
    expect(taxonomy.malignancy('lentigo maligna')).toBe('malignant');
    expect(taxonomy.malignancy('bowen disease')).toBe('precancerous_in_situ');
    expect(taxonomy.malignancy('malignant peripheral nerve sheath tumor')).toBe('malignant');
    expect(taxonomy.malignancy('leiomyosarcoma')).toBe('malignant');
    expect(taxonomy.malignancy('atypical spitz tumor')).toBeNull();
    expect(taxonomy.malignancy('melanocytic lesion')).toBeNull();
    expect(taxonomy.isBelow('melanoma', 'melanocytic lesion')).toBe(true);
    expect(taxonomy.isBelow('melanoma', 'melanoma')).toBe(false);
  });

  it('has an undirected graph', () => {
    for (const name of taxonomy.names)
      for (const other of ddx.neighbours(name)) expect(ddx.neighbours(other)).toContain(name);
  });
});

const family = '- { name: a, root: true, malignancy: benign }\n- { name: b, root: true, malignancy: benign }';
const graph = (...pairs: string[]) => `{ sources: { book: A book }, pairs: [${pairs.join(', ')}] }`;
const pair = (a: string, b: string, source = 'book') =>
  `{ between: [${a}, ${b}], reason: both red, source: ${source} }`;

function parse(taxonomyText: string, ddxText: string) {
  const taxonomyFile = { file: 'family.yaml', text: taxonomyText };
  return parseKnowledge({ taxonomy: [taxonomyFile], ddx: { file: 'ddx.yaml', text: ddxText } });
}

describe('parseKnowledge refuses', () => {
  it.each([
    ['- { name: a, parent: b, malignancy: benign }', 'there is no node "b"'],
    ['- { name: a, parent: b }\n- { name: b, parent: a }', 'its own ancestor'],
    [`${family}\n- { name: c, parent: a, synonyms: [The B, b.] }`, 'names both "b" and "c"'],
    ['- { name: a, root: true }', '"a" has no malignancy'],
    ['- { name: a }', 'family.yaml: row 0: needs either a parent or root: true'],
    ['- { name: a, root: true, colour: red }', 'family.yaml: row 0'],
    [`${family}\n- { name: c, parent: a, overlaps: [d] }`, 'there is no node "d"'],
    [`${family}\n- { name: c, parent: a, within: [d] }`, 'there is no node "d"'],
    [`${family}\n- { name: c, parent: a, excludes: [d] }`, 'there is no node "d"'],
    [`${family}\n- { name: c, parent: a, excludes: [a] }`, 'one is a kind of the other'],
  ])('the taxonomy %j', (text, message) => expect(() => parse(text, graph())).toThrow(message));

  it.each([
    [graph(pair('a', 'c')), '"c" is not a name of the taxonomy'],
    [graph(pair('a', 'b'), pair('b', 'a')), 'stands twice'],
    [graph(pair('a', 'a')), 'is a kind of the other'],
    [graph(pair('a', 'b', 'rumour')), 'source "rumour" is not declared'],
    ['[]', 'ddx.yaml'],
  ])('the graph %j', (text, message) => expect(() => parse(family, text)).toThrow(message));
});
