/** Several sets of a recipe, imported and joined. */
import { cp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { importSources } from '../../../../activities/datasets/import/recipe-sources.ts';
import { deriveData } from '../../../../activities/datasets/preparation/derive-data.ts';
import type { ImportedSource } from '../../../../activities/datasets/preparation/imported-sets.ts';
import type { ArtifactStore } from '../../../../activities/ports/artifact-store.ts';
import { readJson } from '../../../../activities/store/commit.ts';
import { readJsonLines } from '../../../../activities/store/rows.ts';
import { artifactFiles } from '../../../../domain/artifact-files.ts';
import { caseSchema } from '../../../../domain/cases/case.ts';
import { conceptCaseSchema, readyCaseSchema } from '../../../../domain/cases/undiagnosed.ts';
import type { DataRecipe } from '../../../../domain/contracts/data.ts';
import { createRandom } from '../../../../domain/random.ts';
import type { DataSource } from '../../../../domain/recipe/data.ts';
import type { SkinR1Recipe } from '../../../../domain/recipe/methods/skin-r1.ts';
import { jpeg, metadataTable, temporaryFolder, textbookLine, writeFiles } from '../../../support/datasets.ts';
import { shippedKnowledge } from '../../../support/knowledge.ts';
import { type Layout, layouts, writeLayout } from '../../../support/layouts.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';
import { demoRecipe } from '../../../support/recipes.ts';

const stepSchema = z.object({ images: z.number() });
const ids = Array.from({ length: 20 }, (_, i) => `ISIC_1${String(i).padStart(2, '0')}`);

/** DIR/ham10000 with twenty lesions, DIR/textbook, DIR/omnimedvqa whose second item is an image of ham10000. */
async function writeSets(): Promise<string> {
  const folder = await temporaryFolder();
  await writeFiles(folder, {
    'ham10000/HAM10000_metadata.csv': metadataTable(ids.map((id, i) => ({ id, dx: i % 2 ? 'nv' : 'mel' }))),
    'textbook/cases.jsonl': `${textbookLine('b1')}\n${textbookLine('b2')}\n`,
    'textbook/images/b1.jpg': await jpeg(201),
    'textbook/images/b2.jpg': await jpeg(30),
  });
  for (const [i, id] of ids.entries()) await writeFiles(folder, { [`ham10000/${id}.png`]: await picture(i) });
  const layout = layoutOf('omnimedvqa');
  const renamed = (text: string): string =>
    text.replaceAll('ISIC_1.jpg', 'ISIC_100.jpg').replaceAll('ISIC_2.jpg', 'ISIC_101.jpg');
  const tables = Object.entries(layout.tables).map(([name, text]) => [name, renamed(text)]);
  const benchmark = await writeLayout({ tables: Object.fromEntries(tables), images: [] });
  await cp(benchmark, join(folder, 'omnimedvqa'), { recursive: true });
  for (const [i, image] of layout.images.entries()) {
    await writeFiles(folder, { [`omnimedvqa/${renamed(image)}`]: await picture(100 + i) });
  }
  return folder;
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new RangeError('it is not there');
  return value;
}

const layoutOf = (adapter: Layout['adapter']): Layout => required(layouts.find((layout) => layout.adapter === adapter));

/** Noise, so that no two look alike. */
async function picture(seed: number): Promise<Buffer> {
  const random = createRandom(`picture/${seed}`);
  const tiles = Uint8Array.from({ length: 16 * 16 * 3 }, () => random.int(0, 255));
  return sharp(tiles, { raw: { width: 16, height: 16, channels: 3 } })
    .resize(112, 112, { kernel: 'nearest' })
    .png()
    .toBuffer();
}

function recipeWith(
  sources: DataSource[],
  leaks: SkinR1Recipe['data']['leaks'] = { test: 'report', ood: 'exclude' },
): SkinR1Recipe {
  const { generate: _, ...data } = demoRecipe().data;
  return { ...demoRecipe(), data: { ...data, sources, leaks } };
}
const three: DataSource[] = [
  { adapter: 'ham10000', use: 'training' },
  { adapter: 'textbook', use: 'training' },
  { adapter: 'omnimedvqa', use: 'ood' },
];

async function prepare(folder: string, recipe: SkinR1Recipe, store: ArtifactStore) {
  const [imported, complete] = await importAll(folder, recipe, store);
  return deriveData({ store, scratch: tmpdir() }, imported, complete, shippedKnowledge);
}

async function importAll(folder: string, recipe: SkinR1Recipe, store: ArtifactStore) {
  const complete = await importSources({
    store,
    folder,
    recipe,
    knowledge: shippedKnowledge,
    scratch: await temporaryFolder(),
  });
  const imported = complete.data.sources.flatMap(({ adapter, use, imported: artifact }): ImportedSource[] =>
    artifact ? [{ adapter, use, artifact }] : [],
  );
  return [imported, complete] as const;
}

describe('importSources and deriveData', () => {
  it('joins the sets and takes out of the benchmark what is an image of any of them, tested ones too', async () => {
    const store = createMemoryStore();
    const data = await prepare(await writeSets(), recipeWith(three), store);
    const cases = await readJsonLines(store, data.dataset, artifactFiles.dataset.cases.name, caseSchema);
    const inDomain = new Set(cases.flatMap((c) => c.archiveIds));
    const ood = await readJsonLines(store, data.dataset, artifactFiles.dataset.ood.name, readyCaseSchema);
    const all = [0, 100, 101, 3, 4].map((n) => `isic/ISIC_${n}`);
    expect(ood.flatMap((item) => item.archiveIds)).toEqual(all.filter((id) => !inDomain.has(id)));
    expect(ood).toHaveLength(3);
    expect(cases).toHaveLength(20);
    expect(data.counts).toMatchObject({ textbook: 2, quarantined: 0 });
  });

  it('reports the leaks, the counts and the distance to the paper', async () => {
    const store = createMemoryStore();
    const data = await prepare(await writeSets(), recipeWith(three, { test: 'report', ood: 'report' }), store);
    const schema = z.object({
      source: z.record(z.string(), z.object({ train: z.number(), validation: z.number(), test: z.number() })),
      ood: z.record(
        z.string(),
        z.object({ items: z.number(), kept: z.number(), known: z.record(z.string(), z.number()) }),
      ),
      leaks: z.object({
        ood: z.object({ counts: z.array(z.object({ kind: z.string(), train: z.string(), count: z.number() })) }),
      }),
      paper: z.array(z.object({ source: z.string(), test: z.number(), paperTest: z.number().nullable() })),
    });
    const report = await readJson(store, data.dataset, artifactFiles.dataset.report.name, schema);
    const known = { 'archive id': 1, 'same pixels': 0, 'near-duplicate': 0, 'same patient or lesion': 0 };
    expect(report.ood['omnimedvqa/isic2018']).toEqual({ items: 1, kept: 1, known });
    expect(report.leaks.ood.counts[0]).toMatchObject({ kind: 'archive id', train: 'ham10000' });
    expect(report.paper.find(({ source }) => source === 'ham10000')?.paperTest).toBe(1511);
    expect(report.paper.at(-1)).toMatchObject({ source: 'all six', paperTest: 8390, test: data.counts.test });
  });

  it('measures what the options’ labels alone earn, on the test questions that are asked', async () => {
    const store = createMemoryStore();
    const { evaluation, ...recipe } = recipeWith(three);
    const few = { ...recipe, evaluation: { ...evaluation, maxItems: 2 } };
    const data = await prepare(await writeSets(), few, store);
    expect(data.textOnly?.map(({ task, items }) => [task, items])).toEqual(evaluation.tasks.map((task) => [task, 2]));
    const read = (name: string) => readJsonLines(store, data.questions, name, z.looseObject({ id: z.string() }));
    const [train, test, answers] = await Promise.all(['train.jsonl', 'test.jsonl', 'text-only.jsonl'].map(read));
    expect(answers?.map(({ id }) => id)).toEqual(test?.map(({ id }) => id));
    const cases = await readJsonLines(store, data.dataset, artifactFiles.dataset.cases.name, caseSchema);
    const order = new Map(cases.map(({ id }, i) => [id, i]));
    const places = test?.map(({ caseId }) => order.get(String(caseId)) ?? -1) ?? [];
    expect(places).not.toEqual(places.toSorted((a, b) => a - b)); // no table's order
    expect(new Set(train?.map(({ task }) => task))).toEqual(new Set(['diagnosis']));
  });

  it('makes of a recipe without SFT and rewards the questions that a leaf’s values make', async () => {
    const store = createMemoryStore();
    const [imported, complete] = await importAll(await writeSets(), recipeWith(three), store);
    const derive = (recipe: DataRecipe) => deriveData({ store, scratch: tmpdir() }, imported, recipe, shippedKnowledge);
    const { sft: _, rewards, ...without } = complete;
    const [bare, leaf] = [
      await derive(without),
      await derive({ ...without, rewards: { ...rewards, granularity: 'leaf' } }),
    ];
    expect(bare.questions).toEqual(leaf.questions);
    expect(bare).not.toHaveProperty('concepts');
  });

  describe('takes out of the benchmark', () => {
    const keptIds = async (folder: string): Promise<string[]> => {
      const store = createMemoryStore();
      const recipe = recipeWith(three);
      const lenient = { ...recipe, data: { ...recipe.data, maxBadShare: 0.1 } };
      const { dataset } = await prepare(folder, lenient, store);
      const items = await readJsonLines(store, dataset, artifactFiles.dataset.ood.name, readyCaseSchema);
      return items.flatMap(({ archiveIds }) => archiveIds);
    };
    const others = ['isic/ISIC_0', 'isic/ISIC_3', 'isic/ISIC_4'];

    it('a lesion that a table says is one of a set, by the name of its picture in the archive', async () => {
      const folder = await writeSets();
      expect(await keptIds(folder)).toEqual(others);
      const lesions = 'image,age_approx,anatom_site_general,lesion_id,sex\n';
      await writeFiles(folder, {
        'omnimedvqa/ISIC_2019_Training_Metadata.csv': `${lesions}ISIC_3,,,L_ISIC_105,\nISIC_4,,,BCN_7,\n`,
      });
      expect(await keptIds(folder)).toEqual(['isic/ISIC_0', 'isic/ISIC_4']);
    });

    it('a picture of a set that became no case: unusable, or of the pixels of another', async () => {
      const folder = await writeSets();
      const rows = ids.map((id, i) => ({ id, dx: i % 2 ? 'nv' : 'mel' }));
      const more = [...rows, { id: 'ISIC_3', dx: 'nv' }, { id: 'ISIC_4', dx: 'mel' }];
      await writeFiles(folder, {
        'ham10000/HAM10000_metadata.csv': metadataTable(more),
        'ham10000/ISIC_3.png': await picture(3),
        'ham10000/ISIC_4.jpg': 'no image',
      });
      expect(await keptIds(folder)).toEqual(['isic/ISIC_0']);
    });
  });

  it('does no set twice, whatever becomes of the recipe', async () => {
    const store = createMemoryStore();
    const folder = await writeSets();
    const first = await prepare(folder, recipeWith(three), store);
    const before = await store.keys('dataset', '');
    const again = await prepare(folder, { ...recipeWith(three), name: 'other' }, store);
    expect(again).toEqual(first);
    expect(await store.keys('dataset', '')).toEqual(before);
  });

  it('takes DIR itself for the one set that has no folder of its own', async () => {
    const folder = await writeSets();
    await cp(join(folder, 'ham10000'), folder, { recursive: true });
    await rm(join(folder, 'ham10000'), { recursive: true });
    await rm(join(folder, 'omnimedvqa'), { recursive: true });
    expect((await prepare(folder, recipeWith(three.slice(0, 2)), createMemoryStore())).counts.textbook).toBe(2);
  });

  describe('a set that is tested whole', () => {
    const sources: DataSource[] = [...three.slice(0, 2), { adapter: 'pad-ufes-20', use: 'test' }];
    const withSet = async (copied: boolean): Promise<string> => {
      const folder = await writeSets();
      await rm(join(folder, 'omnimedvqa'), { recursive: true });
      const layout = layoutOf('pad-ufes-20');
      const place = await writeLayout({ ...layout, images: [] });
      // One of its pictures may be one that training has seen.
      for (const [i, image] of layout.images.entries()) {
        await writeFiles(place, { [image]: await picture(copied && i === 0 ? 0 : 500 + i) });
      }
      await cp(place, join(folder, 'pad-ufes-20'), { recursive: true });
      return folder;
    };
    const splitsOf = async (copied: boolean, test: 'report' | 'exclude') => {
      const store = createMemoryStore();
      const recipe = { ...recipeWith(sources, { test, ood: 'exclude' }) };
      const all = { ...recipe, data: { ...recipe.data, split: { train: 1, validation: 0, test: 0.001 } } };
      const data = await prepare(await withSet(copied), all, store);
      const { name } = artifactFiles.dataset.cases;
      return (await readJsonLines(store, data.dataset, name, caseSchema)).map((c) => `${c.source} ${c.split}`);
    };

    it('gives training no case, and all of its own to the test', async () => {
      const splits = await splitsOf(false, 'report');
      const own = splits.filter((each) => each.startsWith('pad-ufes-20'));
      expect(own.length).toBeGreaterThan(1);
      expect(new Set(own)).toEqual(new Set(['pad-ufes-20 test']));
      expect(splits.filter((each) => each === 'ham10000 train').length).toBeGreaterThan(15);
    });

    it('loses what training has seen where leaks are excluded', async () => {
      const [kept, all] = [await splitsOf(true, 'exclude'), await splitsOf(true, 'report')];
      expect(kept).toHaveLength(all.length - 1);
    });
  });

  describe('a set that is used for its concepts', () => {
    const withConcepts = (recipe: SkinR1Recipe): SkinR1Recipe => ({
      ...recipe,
      sft: { ...recipe.sft, conceptAlignment: { epochs: 1, explanations: 1 } },
    });
    const sources: DataSource[] = [...three, { adapter: 'skincon', use: 'concepts' }];

    it('gives pictures with concepts, diagnosed or not, and no case, question or test item', async () => {
      const store = createMemoryStore();
      const folder = await writeSets();
      const layout = layoutOf('skincon');
      await cp(await writeLayout(layout), join(folder, 'skincon'), { recursive: true });
      const data = await prepare(folder, withConcepts(recipeWith(sources)), store);
      const pictures = await readJsonLines(
        store,
        required(data.concepts),
        artifactFiles.dataset.cases.name,
        conceptCaseSchema,
      );
      expect(pictures.map(({ id, concepts }) => [id, Object.keys(concepts)])).toEqual([
        ['skincon/fitzpatrick17k/fa2911a9b13b6f8af79cb700937cc14f', ['vesicle']],
        ['skincon/fitzpatrick17k/0000000000000000000000000000000a', ['brown(hyperpigmentation)']],
        ['skincon/ddi/000655', ['brown(hyperpigmentation)']],
      ]);
      const cases = await readJsonLines(store, data.dataset, artifactFiles.dataset.cases.name, caseSchema);
      expect(cases.filter(({ source }) => source.startsWith('skincon'))).toEqual([]);
    });

    it('counts as seen in training: its pictures are taken out of the benchmark', async () => {
      const store = createMemoryStore();
      const folder = await writeSets();
      const layout = layoutOf('skincon');
      const place = await writeLayout({ ...layout, images: [] });
      for (const [i, image] of layout.images.entries()) {
        await writeFiles(place, { [image]: await picture(i === 0 ? 104 : 300 + i) });
      }
      await cp(place, join(folder, 'skincon'), { recursive: true });
      const kept = async (recipe: SkinR1Recipe): Promise<string[]> => {
        const { dataset } = await prepare(folder, recipe, store);
        const items = await readJsonLines(store, dataset, artifactFiles.dataset.ood.name, readyCaseSchema);
        return items.map(({ id }) => id);
      };
      const [without, withIt] = [await kept(recipeWith(three)), await kept(withConcepts(recipeWith(sources)))];
      expect(without.filter((id) => !withIt.includes(id))).toEqual(['omnimedvqa/monkeypox2022/q4']);
    });

    it('must have some', async () => {
      const folder = await writeSets();
      const recipe = withConcepts(recipeWith([...three.slice(1), { adapter: 'ham10000', use: 'concepts' }]));
      await expect(prepare(folder, recipe, createMemoryStore())).rejects.toThrow(
        'no source with use: concepts has concepts; give { adapter: skincon, use: concepts }',
      );
    });
  });

  const mistakes: [what: string, sources: DataSource[], says: RegExp][] = [
    [
      'no textbook',
      [{ adapter: 'ham10000', use: 'training' }],
      /no source has textbook cases.*add { adapter: textbook }/,
    ],
    [
      'questions as training',
      [{ adapter: 'omnimedvqa', use: 'training' }],
      /omnimedvqa has questions only; give it use: ood/,
    ],
    [
      'labels as benchmark',
      [{ adapter: 'ham10000', use: 'ood' }],
      /ham10000 has no questions of its own.*remove use: ood/,
    ],
    [
      'sets that are not there',
      [
        { adapter: 'ddi', use: 'training' },
        { adapter: 'dermnet', use: 'training' },
      ],
      /holds no folder ddi\/, dermnet\//,
    ],
  ];
  for (const [what, sources, says] of mistakes) {
    it(`says in one line what is wrong: ${what}`, async () => {
      await expect(prepare(await writeSets(), recipeWith(sources), createMemoryStore())).rejects.toThrow(says);
    });
  }

  it('keeps of DermNet the cancers and what they are mistaken for, and reports the funnel', async () => {
    const folder = await writeSets();
    const names = ['malignant-melanoma-1', 'malignant-melanoma-2', 'scabies-1', 'melanoma-mimic-1', '03DermatitisArm'];
    for (const [i, name] of names.entries()) {
      await writeFiles(folder, { [`dermnet/${i % 2 ? 'test' : 'train'}/Photos/${name}.png`]: await picture(200 + i) });
    }
    const recipe = recipeWith([...three.slice(0, 2), { adapter: 'dermnet', use: 'training' }]);
    const store = createMemoryStore();
    const { dataset } = await prepare(folder, { ...recipe, data: { ...recipe.data, minImagesPerClass: 2 } }, store);
    const cases = await readJsonLines(store, dataset, artifactFiles.dataset.cases.name, caseSchema);
    const kept = cases.filter((c) => c.source === 'dermnet').map((c) => c.diagnosis);
    expect(kept).toEqual(['melanoma', 'melanoma']);
    const { funnel } = await readJson(
      store,
      dataset,
      artifactFiles.dataset.report.name,
      z.object({ funnel: z.array(stepSchema) }),
    );
    expect(funnel.map(({ images }) => images)).toEqual([5, 3, 2, 2]);
  });
});
