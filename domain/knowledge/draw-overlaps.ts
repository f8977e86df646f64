/** Draws what may be true of one lesion at once, and what follows for each data set: docs/overlaps.md. */
import type { Knowledge } from './knowledge.ts';
import type { Taxonomy } from './taxonomy.ts';

/** A data set with its labels as it writes them, or as names of the taxonomy. */
export interface LabelledSet {
  name: string;
  labels: readonly string[];
}

export function drawOverlaps(knowledge: Knowledge, sets: readonly LabelledSet[]): string {
  const { taxonomy } = knowledge;
  return [
    '# Overlaps: labels that are never offered against each other',
    '<!-- Written by `node infra/draw-taxonomy.ts` from domain/knowledge/; a test fails where it is out of date. -->',
    introduction,
    '## What is declared',
    drawDeclared(taxonomy),
    '## Differential diagnoses that are no options of one question',
    drawDifferentials(knowledge),
    '## By data set',
    'For each diagnosis of a set: the other labels of the set, the coarser labels of its paths among them, that are no wrong options of it. Its own ancestors and subtypes are not listed: they are never wrong options.',
    ...sets.map((set) => drawSet(taxonomy, set)),
    '',
  ].join('\n\n');
}

const introduction = [
  'A wrong option must be wrong. A name stands for a set of lesions; where two names may be true of one lesion, neither is offered as wrong for the other, by its own set or by the shared tree.',
  '',
  '- **A common kind**: a name is a kind of both, by its place in the tree or by what stands under "also a kind of".',
  '- **Declared**: "may be together with", or both are children of a node whose children are classed on several axes. That holds for the kinds of each of the two, and therefore for what the two are kinds of: "actinic keratosis or bowen disease" overlaps with "squamous cell carcinoma", as "bowen disease" does.',
  '- **"Never together with"** keeps a pair and its kinds apart, save kinds that are declared to overlap themselves. The pair itself stays apart even then (a basosquamous carcinoma is both, yet basal and squamous cell carcinoma are asked against each other).',
  '',
  'The cost: where a set tells such labels apart, Dermflow does not ask for the difference. DERM12345 tells banal from dysplastic junctional nevi, and its "junctional nevus" is the name of both.',
].join('\n');

function drawDeclared(taxonomy: Taxonomy): string {
  const rows = taxonomy.names.flatMap((name) => {
    const { within, overlaps, excludes, childrenOverlap } = taxonomy.relations(name);
    if (within.length + overlaps.length + excludes.length === 0 && !childrenOverlap) return [];
    const cells = [name, within.join(', '), overlaps.join(', '), excludes.join(', '), childrenOverlap ? 'yes' : ''];
    return [`| ${cells.join(' | ')} |`];
  });
  return [
    '| name | also a kind of | may be together with | never together with | children may be together |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function drawDifferentials({ taxonomy, ddx }: Knowledge): string {
  const rows = ddx.edges
    .filter(({ between: [a, b] }) => taxonomy.overlap(a, b))
    .map(({ between: [a, b], reason }) => `| ${a} | ${b} | ${reason} |`);
  return [
    `${rows.length} of ${ddx.edges.length} pairs: they are told apart at the bedside and serve the reasoning of trajectories, but both names may be right.`,
    '',
    '| | | why they look alike |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function drawSet(taxonomy: Taxonomy, { name, labels }: LabelledSet): string {
  const resolved = labels.map((label) => taxonomy.resolve(label)?.name).filter((found) => found !== undefined);
  const diagnoses = [...new Set(resolved)].filter(
    (found) => taxonomy.malignancy(found) !== null && !taxonomy.isCatchAll(found),
  );
  const offered = [...new Set(diagnoses.flatMap((diagnosis) => taxonomy.path(diagnosis)))].toSorted();
  const rows = diagnoses.toSorted().flatMap((diagnosis) => {
    const other = offered.filter(
      (label) =>
        taxonomy.overlap(label, diagnosis) &&
        !taxonomy.path(diagnosis).includes(label) &&
        !taxonomy.isBelow(label, diagnosis),
    );
    return other.length === 0 ? [] : [`| ${diagnosis} | ${other.join(', ')} |`];
  });
  const head = `### ${name}\n\n${diagnoses.length} diagnoses, ${offered.length} labels with the coarser ones.`;
  if (rows.length === 0) return `${head} No two of them overlap.`;
  return [head, '', '| diagnosis | never beside it |', '| --- | --- |', ...rows].join('\n');
}
