/** Writes docs/taxonomy.md, docs/overlaps.md and domain/knowledge/diseases.json. Run it after a change of domain/knowledge/: node infra/draw-taxonomy.ts */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { derm12345Labels } from '../activities/datasets/adapters/derm12345.ts';
import { codes2018, codes2019, isicCodes } from '../activities/datasets/adapters/isic/isic-codes.ts';
import { padUfes20Codes } from '../activities/datasets/adapters/pad-ufes-20.ts';
import { loadKnowledge } from '../activities/knowledge.ts';
import { drawKnowledge } from '../domain/knowledge/draw.ts';
import { drawDiseases } from '../domain/knowledge/draw-diseases.ts';
import { drawOverlaps, type LabelledSet } from '../domain/knowledge/draw-overlaps.ts';
import { repositoryRoot } from '../platform/env.ts';

/** Each set with its labels: closed lists by their adapters, open ones by domain/knowledge/set-labels.yaml. */
export async function labelledSets(): Promise<LabelledSet[]> {
  const text = await readFile(join(repositoryRoot, 'domain/knowledge/set-labels.yaml'), 'utf8');
  const open = z.record(z.string(), z.array(z.string())).parse(parse(text));
  const namesOf = (codes: readonly string[]): string[] => codes.map((code) => isicCodes[code] ?? code);
  return [
    { name: 'HAM10000 and ISIC 2018', labels: namesOf(codes2018) },
    { name: 'BCN20000 and ISIC 2019', labels: [...namesOf(codes2019), 'scar'] },
    { name: 'PAD-UFES-20', labels: Object.values(padUfes20Codes) },
    { name: 'DERM12345', labels: Object.values(derm12345Labels) },
    ...Object.entries(open).map(([name, labels]) => ({ name, labels })),
  ];
}

/** What is drawn, by their paths in the repository. */
export async function drawPages(): Promise<Record<string, string>> {
  const knowledge = await loadKnowledge();
  return {
    'docs/taxonomy.md': drawKnowledge(knowledge),
    'docs/overlaps.md': drawOverlaps(knowledge, await labelledSets()),
    'domain/knowledge/diseases.json': drawDiseases(knowledge.taxonomy),
  };
}

if (import.meta.main) {
  for (const [path, page] of Object.entries(await drawPages())) await writeFile(join(repositoryRoot, path), page);
}
