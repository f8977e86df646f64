/**
 * How many cases a recipe's data sets have, from their tables alone: no image is decoded, so pictures that stand twice
 * under different names are counted twice and tie no groups.
 */
import type { Case, Split } from '../../../domain/cases/case.ts';
import { createDermNetFilter } from '../../../domain/cases/dermnet-filter.ts';
import type { Link } from '../../../domain/cases/groups.ts';
import { hashSide } from '../../../domain/cases/perceptual-hash.ts';
import type { Knowledge } from '../../../domain/knowledge/knowledge.ts';
import type { DataCounts } from '../../../domain/plan/input.ts';
import { matchCases } from '../../../domain/questions/matched.ts';
import type { RecipeParts } from '../../../domain/recipe/parts.ts';
import type { Recipe } from '../../../domain/recipe/recipe.ts';
import { conceptsOf } from '../../../domain/trajectories/concepts.ts';
import { isTextbookCase } from '../../../domain/trajectories/plan.ts';
import { linkOf, readRecords } from '../import/first-pass.ts';
import { findFolders } from '../import/recipe-sources.ts';
import { createRepeatFinder } from '../import/repeats.ts';
import type { CaseRecord } from '../records/record.ts';
import { dealCases } from './deal.ts';

/** Filters, splits and asks the cases as preparation will. Mistakes in tables are those of the import. */
export async function countData(
  folder: string,
  { data, seed, questions }: Pick<Recipe, 'data' | 'seed'> & Partial<Pick<RecipeParts, 'questions'>>,
  knowledge: Knowledge,
): Promise<DataCounts> {
  const read = data.sources.filter(({ use }) => use !== 'ood');
  const places = await findFolders(
    folder,
    read.map(({ adapter }) => adapter),
  );
  const [cases, tested]: [Case[], Case[]] = [[], []];
  const [links, trained]: [Link[], Link[]] = [[], []];
  const concepts = { pictures: 0, terms: new Set<string>() };
  let images = 0;
  for (const { adapter, use } of read) {
    using repeats = createRepeatFinder();
    for await (const record of readRecords({ ...(places.get(adapter) ?? { folder }), adapter, knowledge })) {
      if (record.kind !== 'left out' && repeats.isRepeat(record)) continue;
      images += 1;
      if (use === 'concepts') {
        const own = 'concepts' in record && record.concepts ? conceptsOf({ concepts: record.concepts }) : [];
        if (own.length > 0) concepts.pictures += 1;
        for (const concept of own) concepts.terms.add(concept);
        if (own.length > 0 && record.kind !== 'left out') trained.push(linkOf(record));
        continue;
      }
      if (record.kind === 'left out' && record.link) links.push(record.link);
      if (record.kind === 'case') (use === 'test' ? tested : cases).push(withoutImage(record));
    }
  }
  const dermnet = createDermNetFilter(knowledge, data);
  const labelled = cases.filter((c) => !isTextbookCase(c));
  for (const c of labelled) dermnet.count(c);
  const usable = labelled.filter(dermnet.keeps);
  const settings = { seed, ratio: data.split, groupBy: data.groupBy };
  const { splitOf } = await dealCases(usable, settings, { links, trained });
  const dealt = usable.map((c, at) => ({ ...c, split: splitOf(at) }));
  const ofSplit = (split: Split): number => dealt.filter((c) => c.split === split).length;
  const textbook = cases.filter(isTextbookCase).length;
  const training = dealt.filter((c) => c.split === 'train');
  const items =
    questions?.distractors === 'matched' ? matchCases(training, 'diagnosis', knowledge, seed).size : training.length;
  return {
    ...{ items, test: ofSplit('test') + tested.length, textbook, images },
    ...(concepts.pictures > 0 ? { concepts: { pictures: concepts.pictures, terms: concepts.terms.size } } : {}),
  };
}

const withoutImage = ({ kind: _, where: __, image: ___, id, ...record }: CaseRecord): Case => ({
  ...record,
  id: `${record.source}/${id}`, // as the import names it: the split goes by it
  images: [],
  look: '0'.repeat(hashSide ** 2),
});

/** Of a generated set; the split is dealt by patient, so its sizes are near, not equal, to these. */
export function countGenerated({ generate, split }: Recipe['data']): DataCounts | null {
  if (!generate) return null;
  const total = split.train + split.validation + split.test;
  const share = (part: number): number => Math.round((generate.images * part) / total);
  const images = generate.images + generate.textbook;
  return { items: share(split.train), test: share(split.test), textbook: generate.textbook, images };
}
