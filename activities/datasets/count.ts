/** How many cases a data set has, from its tables alone: no image is decoded. */
import type { Case, Split } from '../../domain/cases/case.ts';
import { assignSplits } from '../../domain/cases/splits.ts';
import type { Knowledge } from '../../domain/knowledge/knowledge.ts';
import type { DataCounts } from '../../domain/plan/plan.ts';
import type { Recipe } from '../../domain/recipe.ts';
import { adapters } from './import.ts';
import { requireFolder } from './source.ts';
import { readTextbook } from './textbook.ts';

/** Splits the cases as the data stage will. Mistakes in tables are those of the import. */
export async function countData(folder: string, { data, seed }: Recipe, knowledge: Knowledge): Promise<DataCounts> {
  await requireFolder(folder);
  const textbook = await readTextbook(folder, knowledge);
  const records = await adapters[data.adapter](folder, knowledge);
  const cases = records.map(({ image: _, ...record }): Case => ({ ...record, images: [] }));
  const dealt = assignSplits(cases, { seed, ratio: data.split, groupBy: data.groupBy });
  const ofSplit = (split: Split): number => dealt.filter((c) => c.split === split).length;
  const images = records.length + textbook.length;
  return { items: ofSplit('train'), test: ofSplit('test'), textbook: textbook.length, images };
}

/** Of a generated set; the split is dealt by patient, so its sizes are near, not equal, to these. */
export function countGenerated({ generate, split }: Recipe['data']): DataCounts | null {
  if (!generate) return null;
  const total = split.train + split.validation + split.test;
  const share = (part: number): number => Math.round((generate.images * part) / total);
  const images = generate.images + generate.textbook;
  return { items: share(split.train), test: share(split.test), textbook: generate.textbook, images };
}
