/** Draws the taxonomy and the DDx graph as a page in Markdown: docs/taxonomy.md. */
import type { Knowledge } from './knowledge.ts';
import type { Taxonomy } from './taxonomy.ts';
import { whyTogether } from './why-together.ts';

const marks = { benign: 'b', malignant: 'm', precancerous_in_situ: 'p' } as const;
const mark = (taxonomy: Taxonomy, name: string): string => {
  const malignancy = taxonomy.malignancy(name);
  return malignancy === null ? '?' : marks[malignancy];
};

/** The whole page; it holds nothing but what the data files say. */
export function drawKnowledge(knowledge: Knowledge): string {
  return [
    '# Taxonomy and differential diagnoses',
    '<!-- Written by `node infra/draw-taxonomy.ts` from domain/knowledge/*.yaml; a test fails where it is out of date. -->',
    introduction(knowledge),
    '## Families',
    countsOfFamilies(knowledge),
    '## Trees',
    'b benign, m malignant, p precancerous or in situ, ? not decided by the name. In brackets: codes of the Disease Ontology and of ICD-10, where the name is theirs.',
    ...knowledge.taxonomy.roots.map((root) => ['```text', ...drawTree(knowledge.taxonomy, root), '```'].join('\n')),
    '## Differential diagnoses',
    'A diagnosis and what it is mistaken for. **†**: never an option of one question, as both names may be right; the pair serves the reasoning of trajectories alone. [overlaps.md](overlaps.md#differential-diagnoses-that-are-no-options-of-one-question) lists these pairs, and the last column of the reasons below says why.',
    drawFamilyGraph(knowledge),
    drawNeighbours(knowledge),
    '### Reasons',
    drawReasons(knowledge),
    '',
  ].join('\n\n');
}

function introduction({ taxonomy, ddx, digest }: Knowledge): string {
  const synonyms = taxonomy.names.reduce((sum, name) => sum + taxonomy.synonyms(name).length, 0);
  const leaves = taxonomy.names.filter((name) => taxonomy.children(name).length === 0).length;
  return [
    `${taxonomy.names.length} nodes under ${taxonomy.roots.length} roots, ${leaves} of them leaves; ${synonyms} synonyms; ${ddx.edges.length} pairs in the DDx graph. Version (digest of the contents): \`${digest.slice(0, 16)}\`.`,
    '',
    '- **Labels** are compared in lower case, without accents and punctuation, in American spelling and singular. Where that finds nothing, the words are put in order ("nevus, balloon cell", "basal cell carcinoma nodular"), then the label is read more coarsely: without its qualifiers after a comma or in brackets, without trailing words for a site, a person or a picture. `resolve` says which it was, `exact` or `broader`. Anything else is unknown and counted, never guessed.',
    '- **Malignancy** is that of the finest node that states one. Melanoma in situ counts as malignant, Bowen disease and actinic keratosis as precancerous or in situ; ISIC and DERM12345 call Bowen disease malignant.',
    '- **Overlap**: some names may be true of one lesion at once (acral and dysplastic nevus; carcinoma and carcinoma in situ). A name that overlaps with the diagnosis is never a wrong option; [overlaps.md](overlaps.md) lists them by data set.',
    '- **Labels that name no disease** ("benign lesion") are under `unspecified lesion`; they carry a malignancy and are never options.',
  ].join('\n');
}

function countsOfFamilies({ taxonomy }: Knowledge): string {
  const rows = taxonomy.roots.map((root) => {
    const family = taxonomy.names.filter((name) => name === root || taxonomy.isBelow(name, root));
    const count = (wanted: string): number => family.filter((name) => mark(taxonomy, name) === wanted).length;
    return `| ${root} | ${family.length} | ${count('b')} | ${count('m')} | ${count('p')} | ${count('?')} |`;
  });
  return ['| family | nodes | b | m | p | ? |', '| --- | ---: | ---: | ---: | ---: | ---: |', ...rows].join('\n');
}

/** One line per node, children under their parent. */
function drawTree(taxonomy: Taxonomy, root: string): string[] {
  const below = (name: string, indent: string): string[] =>
    taxonomy.children(name).flatMap((child, i, all) => {
      const last = i === all.length - 1;
      return [
        `${indent}${last ? '└─' : '├─'} ${describe(taxonomy, child)}`,
        ...below(child, `${indent}${last ? '   ' : '│  '}`),
      ];
    });
  return [describe(taxonomy, root), ...below(root, '')];
}

function describe(taxonomy: Taxonomy, name: string): string {
  const references = taxonomy.references(name);
  return `${name} · ${mark(taxonomy, name)}${references.length > 0 ? ` [${references.join(', ')}]` : ''}`;
}

/** Families, joined by the number of pairs between them. */
function drawFamilyGraph({ taxonomy, ddx }: Knowledge): string {
  const family = (name: string): number => taxonomy.roots.indexOf(taxonomy.path(name)[0] ?? '');
  const joined = Map.groupBy(ddx.edges, ({ between: [a, b] }) =>
    [family(a), family(b)].toSorted((x, y) => x - y).join(),
  );
  const used = new Set(ddx.edges.flatMap(({ between }) => between.map(family)));
  const nodes = taxonomy.roots.flatMap((root, i) => (used.has(i) ? [`  f${i}["${root}"]`] : []));
  const lines = [...joined].map(([key, edges]) => {
    const [from, to] = key.split(',');
    return `  f${from} ---|${edges.length}| f${to}`;
  });
  return ['```mermaid', 'graph LR', ...nodes, ...lines, '```'].join('\n');
}

function drawNeighbours({ taxonomy, ddx }: Knowledge): string {
  const rows = taxonomy.names
    .filter((name) => ddx.neighbours(name).length > 0)
    .map((name) => {
      const neighbours = ddx.neighbours(name);
      const marked = neighbours.map((other) => (taxonomy.overlap(name, other) ? `${other} †` : other));
      return `| ${name} (${mark(taxonomy, name)}) | ${neighbours.length} | ${marked.join(', ')} |`;
    });
  return ['| diagnosis | pairs | mistaken for |', '| --- | ---: | --- |', ...rows].join('\n');
}

function drawReasons({ taxonomy, ddx }: Knowledge): string {
  const sources = Object.entries(ddx.sources).map(([key, works]) => `- *${key}*: ${works}`);
  const rows = ddx.edges.map(({ between: [a, b], reason, source }) => {
    const why = whyTogether(taxonomy, a, b);
    return `| ${a} | ${b} | ${reason} | ${source} | ${why === null ? '' : `† ${why}`} |`;
  });
  const head = [
    '| | | why they look alike | source | why never options of one question |',
    '| --- | --- | --- | --- | --- |',
  ];
  return [...sources, '', ...head, ...rows].join('\n');
}
