import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { knowledgeFiles, parseKnowledge } from '../../../domain/knowledge/knowledge.ts';
import { taxonomySchema } from '../../../domain/knowledge/taxonomy-row.ts';
import { repositoryRoot } from '../../../platform/env.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';

const { taxonomy, ddx } = shippedKnowledge;
const rows = knowledgeFiles.taxonomy.flatMap((file) =>
  taxonomySchema.parse(parse(readFileSync(join(repositoryRoot, 'domain/knowledge', file), 'utf8'))),
);
const excludes = new Set(rows.flatMap((row) => row.excludes.flatMap((b) => [`${row.name}/${b}`, `${b}/${row.name}`])));
const above = new Map(
  taxonomy.names.map((name) => [name, taxonomy.names.filter((other) => taxonomy.isKindOf(name, other))]),
);
const aboveOf = (name: string): string[] => above.get(name) ?? [];

/** A small tree: two families of nevus and cancer, with one pair declared far below. */
const build = (...more: string[]) => {
  const text = ['nevus', 'cancer', 'mark'].map((name) => `- { name: ${name}, root: true, malignancy: benign }`);
  const files = { taxonomy: [{ file: 't', text: [...text, ...more].join('\n') }] };
  return parseKnowledge({ ...files, ddx: { file: 'd', text: '{ sources: {}, pairs: [] }' } }).taxonomy;
};

describe('overlap', () => {
  it('is inherited from finer names by coarser ones, and from coarser by finer', () => {
    const small = build(
      '- { name: blue nevus, parent: nevus, overlaps: [early cancer] }',
      '- { name: pale nevus, parent: nevus }',
      '- { name: deep blue nevus, parent: blue nevus }',
      '- { name: early cancer, parent: cancer }',
      '- { name: very early cancer, parent: early cancer }',
    );
    for (const a of ['nevus', 'blue nevus', 'deep blue nevus'])
      for (const b of ['cancer', 'early cancer', 'very early cancer']) {
        expect([a, b, small.overlap(a, b)]).toEqual([a, b, true]);
        expect([b, a, small.overlap(b, a)]).toEqual([b, a, true]);
      }
    expect(small.overlap('pale nevus', 'early cancer')).toBe(false);
    expect(small.overlap('pale nevus', 'cancer')).toBe(false);
    expect(small.overlap('blue nevus', 'mark')).toBe(false);
  });

  it('holds for names that have a kind in common', () => {
    const small = build('- { name: spot, parent: nevus, within: [mark] }', '- { name: patch, parent: mark }');
    expect(small.overlap('nevus', 'mark')).toBe(true);
    expect(small.isKindOf('spot', 'mark')).toBe(true);
    expect(small.path('spot')).toEqual(['nevus', 'spot']);
    expect(small.overlap('spot', 'patch')).toBe(false);
  });

  it('ends where an exclusion says so, for all but declared exceptions', () => {
    const small = build(
      '- { name: hairy nevus, parent: nevus, overlaps: [mark] }',
      '- { name: dark hairy nevus, parent: hairy nevus, excludes: [patch] }',
      '- { name: odd dark hairy nevus, parent: dark hairy nevus, overlaps: [odd patch] }',
      '- { name: patch, parent: mark }',
      '- { name: odd patch, parent: patch }',
    );
    expect(small.overlap('hairy nevus', 'patch')).toBe(true);
    expect(small.overlap('dark hairy nevus', 'mark')).toBe(true);
    expect(small.overlap('dark hairy nevus', 'patch')).toBe(false);
    expect(small.overlap('odd dark hairy nevus', 'odd patch')).toBe(true);
    expect(small.overlap('odd dark hairy nevus', 'patch')).toBe(true);
  });
});

describe('the shipped taxonomy', () => {
  it('lets no name overlap that its kinds do not, nor the reverse, save where it excludes the very pair', () => {
    const broken: string[] = [];
    for (const x of taxonomy.names)
      for (const y of taxonomy.names) {
        if (taxonomy.overlap(x, y) !== taxonomy.overlap(y, x)) broken.push(`${x} / ${y}: one way`);
        if (!taxonomy.overlap(x, y)) continue;
        for (const coarser of aboveOf(x))
          if (!taxonomy.overlap(coarser, y) && !excludes.has(`${coarser}/${y}`))
            broken.push(`${coarser} / ${y}: by ${x}`);
      }
    expect(broken).toEqual([]);
  });

  it('lets names overlap by the rules alone: a common kind, or a declaration that is met on both sides', () => {
    const siblings = rows.flatMap(({ name, childrenOverlap }) => {
      const children = childrenOverlap
        ? rows.filter((row) => row.parent === name || row.within.includes(name)).map((row) => row.name)
        : [];
      return children.flatMap((a) => children.filter((b) => b !== a).map((b) => [a, b] as const));
    });
    const declared = [...siblings, ...rows.flatMap((row) => row.overlaps.map((other) => [row.name, other] as const))];
    const kinds = new Map(taxonomy.names.map((name) => [name, new Set<string>()]));
    for (const name of taxonomy.names) for (const coarser of aboveOf(name)) kinds.get(coarser)?.add(name);
    const meets = (a: string, b: string): boolean => [...(kinds.get(a) ?? [])].some((kind) => kinds.get(b)?.has(kind));
    const unexplained = taxonomy.names.flatMap((a) =>
      taxonomy.names
        .filter((b) => a < b && taxonomy.overlap(a, b) && !meets(a, b))
        .filter((b) => !declared.some(([p, q]) => (meets(a, p) && meets(b, q)) || (meets(a, q) && meets(b, p))))
        .map((b) => `${a} / ${b}`),
    );
    expect(unexplained).toEqual([]);
  });

  it.each([
    ['melanoma', 'nodular melanoma'],
    ['nodular melanoma', 'amelanotic melanoma'],
    ['acral nevus', 'dysplastic junctional nevus'],
    ['squamous cell carcinoma', 'genital bowen disease'],
    ['genital bowen disease', 'keratoacanthoma'],
    ['actinic keratosis or bowen disease', 'squamous cell carcinoma'],
    ['benign keratosis-like lesion', 'lentigo'],
    ['junctional nevus', 'dysplastic junctional nevus'],
    ['junctional nevus', 'acral dysplastic junctional nevus'],
    ['melanoma metastasis', 'cutaneous metastasis'],
    ['neurofibroma', 'neurofibromatosis'],
    ['basal cell carcinoma', 'basal cell nevus syndrome'],
    ['facial angiofibroma', 'tuberous sclerosis'],
    ['hemorrhage', 'purpura'],
    ['melanonychia', 'subungual melanoma'],
    ['actinic keratosis', 'sun damaged skin'],
    ['cutaneous horn', 'squamous cell carcinoma'],
    ['cutaneous horn', 'seborrheic keratosis'],
    ['cutaneous horn', 'wart'],
    ['miescher nevus', 'compound miescher nevus'],
  ])('%s and %s may be one lesion', (a, b) => expect(taxonomy.overlap(a, b)).toBe(true));

  it.each([
    ['melanoma', 'melanocytic nevus'],
    ['melanoma', 'seborrheic keratosis'],
    ['melanoma', 'psoriasis'],
    ['seborrheic keratosis', 'solar lentigo'],
    ['basal cell carcinoma', 'squamous cell carcinoma'],
    ['basal cell carcinoma', 'keratoacanthoma'],
    ['basal cell carcinoma', 'actinic keratosis or bowen disease'],
    ['squamous cell carcinoma', 'seborrheic keratosis'],
    ['squamous cell carcinoma', 'wart'],
    ['actinic keratosis', 'bowen disease'],
    ['junctional nevus', 'compound nevus'],
    ['compound nevus', 'intradermal nevus'],
    ['dysplastic junctional nevus', 'compound nevus'],
    ['blue nevus', 'dysplastic nevus'],
    ['lentigo simplex', 'solar lentigo'],
    ['melanoma in situ', 'invasive melanoma'],
    ['melanoma (less than 0.76 mm)', 'melanoma metastasis'],
    ['psoriasis', 'eczema'],
    ['hemangioma', 'port wine stain'],
    ['alopecia areata', 'trichotillomania'],
  ])('%s and %s are never one lesion', (a, b) => expect(taxonomy.overlap(a, b)).toBe(false));

  it('has differentials that are no options of one question, which docs/overlaps.md lists', () => {
    const lost = ddx.edges.filter(({ between: [a, b] }) => taxonomy.overlap(a, b));
    const page = readFileSync(join(repositoryRoot, 'docs/overlaps.md'), 'utf8');
    for (const { between } of lost) expect(page).toContain(`| ${between.join(' | ')} |`);
    expect(lost.length).toBeLessThan(ddx.edges.length / 15);
  });
});
