/** How many cases the data sets of a recipe have, from their tables alone: no image is decoded. */
import type { Case, Split } from '../../domain/cases/case.ts';
import { filterDermNet } from '../../domain/cases/dermnet-filter.ts';
import { assignSplits } from '../../domain/cases/splits.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import type { DataCounts } from '../../domain/plan/plan.ts';
import type { Recipe } from '../../domain/recipe.ts';
import { isTextbookCase } from '../../domain/trajectories/plan.ts';
import { readRecords } from './read.ts';
import type { CaseRecord } from './source.ts';
import { findFolders } from './sources.ts';

/** Filters and splits the cases as the data stage will. Mistakes in tables are those of the import. */
export async function countData(folder: string, { data, seed }: Recipe, knowledge: Knowledge): Promise<DataCounts> {
  const places = await findFolders(
    folder,
    data.sources.map(({ adapter }) => adapter),
  );
  const labelled: Case[] = [];
  for (const { adapter, use } of data.sources) {
    const place = places.get(adapter);
    if (use !== 'training' || place === undefined) continue;
    for await (const record of readRecords({ folder: place, adapter, knowledge })) {
      if (record.kind === 'case') labelled.push(withoutImage(record));
    }
  }
  const isDermNet = (c: Case): boolean => c.source === 'dermnet';
  const { minImagesPerClass } = data;
  const dermnet = filterDermNet(labelled.filter(isDermNet), knowledge, { minImagesPerClass, imagesOfSet: 0 });
  const pool = [...labelled.filter((c) => !isTextbookCase(c) && !isDermNet(c)), ...dermnet.kept];
  const dealt = assignSplits(pool, { seed, ratio: data.split, groupBy: data.groupBy });
  const ofSplit = (split: Split): number => dealt.filter((c) => c.split === split).length;
  const textbook = labelled.filter(isTextbookCase).length;
  return { items: ofSplit('train'), test: ofSplit('test'), textbook, images: labelled.length };
}

const withoutImage = ({ kind: _kind, where: _where, image: _image, id, ...record }: CaseRecord): Case => ({
  ...record,
  id: `${record.source}/${id}`,
  images: [],
  look: '',
});

/** Of a generated set; the split is dealt by patient, so its sizes are near, not equal, to these. */
export function countGenerated({ generate, split }: Recipe['data']): DataCounts | null {
  if (!generate) return null;
  const total = split.train + split.validation + split.test;
  const share = (part: number): number => Math.round((generate.images * part) / total);
  const images = generate.images + generate.textbook;
  return { items: share(split.train), test: share(split.test), textbook: generate.textbook, images };
}
