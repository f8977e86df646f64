import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createDermNetFilter, defaultMinImagesPerClass } from '../../../domain/cases/dermnet-filter.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';
import { needsSharedData, sharedData } from '../../support/shared-data.ts';

const { taxonomy } = shippedKnowledge;
const dermNet = 'dermnet';
const settings = { minImagesPerClass: defaultMinImagesPerClass, imagesOfSet: 75 };
const images = (diagnosis: string, count: number) =>
  Array.from({ length: count }, () => ({ source: dermNet, diagnosis }));

function filter(images: readonly { source: string; diagnosis: string }[], wanted: typeof settings) {
  const dermnet = createDermNetFilter(shippedKnowledge, wanted);
  for (const image of images) dermnet.count(image);
  return {
    kept: images.filter(dermnet.keeps),
    funnel: dermnet.funnel((set) => (set === dermNet ? wanted.imagesOfSet : 0)),
    filtered: images.filter(dermnet.filters),
  };
}

describe('createDermNetFilter', () => {
  it.each([
    ['a malignant class', 'melanoma', true],
    ['a precancerous class', 'actinic keratosis', true],
    ['a differential of a cancer', 'seborrheic keratosis', true],
    ['inflammation that no cancer is mistaken for', 'scabies', false],
    ['a label that names no disease', 'malignant lesion', false],
  ])('decides on %s', (_, diagnosis, kept) => {
    expect(filter(images(diagnosis, 20), settings).kept).toHaveLength(kept ? 20 : 0);
  });

  it('drops small classes and counts what each step leaves', () => {
    const set = [
      ...images('melanoma', 20),
      ...images('blue nevus', 19),
      ...images('scabies', 30),
      ...images('nail psoriasis', 1),
    ];
    const { kept, funnel, filtered } = filter(set, settings);
    expect(filtered).toEqual(set);
    expect(new Set(kept.map((image) => image.diagnosis))).toEqual(new Set(['melanoma']));
    expect(funnel).toEqual([
      { name: 'all images', images: 75, classes: 4 },
      { name: 'with a diagnosis of the taxonomy', images: 70, classes: 4 },
      { name: 'skin cancers and their differential diagnoses', images: 39, classes: 2 },
      { name: 'classes of at least 20 images', images: 20, classes: 1 },
    ]);
    expect(filter(set, { ...settings, minImagesPerClass: 1 }).kept).toHaveLength(39);
  });

  it('keeps all of any other set', () => {
    const others = images('scabies', 3).map((image) => ({ ...image, source: 'ham10000' }));
    expect(filter(others, settings)).toEqual({ kept: others, funnel: [], filtered: [] });
  });

  it.skipIf(sharedData === null)(`leaves a quarter to a third of DermNet’s test images${needsSharedData}`, () => {
    const table = readFileSync(join(sharedData ?? '', 'dermnet/mmskin_Dermnet_test.csv'), 'utf8');
    const files = z.array(z.object({ image: z.string() })).parse(parse(table, { columns: true, bom: true }));
    const diagnosed = files.flatMap(({ image }) => {
      const slug = /([^/]+)-\d+\.jpg$/.exec(image)?.[1];
      const diagnosis = slug === undefined ? undefined : taxonomy.resolve(slug)?.name;
      return diagnosis === undefined ? [] : [{ source: dermNet, diagnosis }];
    });
    const { funnel } = filter(diagnosed, { minImagesPerClass: 5, imagesOfSet: files.length }); // a fifth of the set
    expect(funnel[0]?.images).toBe(4002);
    expect(funnel[1]?.images).toBeGreaterThan(3700);
    const share = (funnel.at(-1)?.images ?? 0) / 4002;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.33);
  });
});
