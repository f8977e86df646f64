/** Real photographs through the whole import: read, decoded, scaled, stripped, stored, audited. */
import { copyFile, cp, mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { importDataset, importFactsSchema } from '../../../activities/datasets/import/import-dataset.ts';
import type { ArtifactStore } from '../../../activities/ports/artifact-store.ts';
import { readJsonLines } from '../../../activities/store/rows.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import { type Case, caseSchema } from '../../../domain/cases/case.ts';
import type { AdapterName } from '../../../domain/recipe/data.ts';
import { temporaryFolder, writeFiles } from '../../support/datasets.ts';
import { shippedKnowledge } from '../../support/knowledge.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { listLeaks } from '../../support/preparation.ts';
import { needsSharedData, sharedData } from '../../support/shared-data.ts';

const shared = (path: string): string => join(sharedData ?? '', path);
const settings = { maxPixels: 200_704, snapTo: 28, maxBadShare: 0 };

let store: ArtifactStore;
beforeAll(() => {
  store = createMemoryStore();
});

async function importFolder(adapter: AdapterName, folder: string): Promise<Case[]> {
  const scratch = await temporaryFolder();
  const artifact = await importDataset({ store, folder, adapter, settings, knowledge: shippedKnowledge, scratch });
  const { cases, quarantined } = importFactsSchema.parse((await store.manifest(artifact)).facts);
  expect(quarantined).toBe(0);
  const read = await readJsonLines(store, artifact, artifactFiles.dataset.cases.name, caseSchema);
  expect(read).toHaveLength(cases);
  return read;
}

/** The 54 photographs of PAD-UFES-20 at hand, each made new by `change`. */
async function padFolder(change: (photograph: Sharp) => Sharp): Promise<string> {
  const folder = await temporaryFolder();
  const images = join(folder, 'images/imgs_part_1');
  await mkdir(images, { recursive: true });
  await copyFile(shared('pad_ufes_20/metadata_sample.csv'), join(folder, 'metadata.csv'));
  for (const name of await readdir(shared('pad_ufes_20/images'))) {
    await change(sharp(shared(`pad_ufes_20/images/${name}`))).toFile(join(images, name));
  }
  return folder;
}

async function expectStoredWell({ images }: Case): Promise<void> {
  for (const image of images) {
    const stored = await sharp(await store.getBlob(image)).metadata();
    expect([stored.format, stored.width, stored.height]).toEqual(['png', image.width, image.height]);
    expect([image.width % 28, image.height % 28]).toEqual([0, 0]);
    expect(image.width * image.height).toBeLessThanOrEqual(200_704);
    expect([stored.exif, stored.icc, stored.xmp, stored.iptc]).toEqual([undefined, undefined, undefined, undefined]);
  }
}

describe.skipIf(sharedData === null)(`real photographs${needsSharedData}`, () => {
  it('imports the 54 of PAD-UFES-20, nine of each class, and takes no two for one', async () => {
    const folder = await temporaryFolder();
    await copyFile(shared('pad_ufes_20/metadata_sample.csv'), join(folder, 'metadata.csv'));
    await cp(shared('pad_ufes_20/images'), join(folder, 'images/imgs_part_1'), { recursive: true });
    const cases = await importFolder('pad-ufes-20', folder);
    const classes = [...Map.groupBy(cases, ({ diagnosis }) => diagnosis).values()];
    expect(classes.map(({ length }) => length)).toEqual(Array(6).fill(9));
    for (const each of cases) await expectStoredWell(each);
    for (const [i, each] of cases.entries()) expect(await listLeaks(cases.toSpliced(i, 1), [each])).toEqual([]);
  });

  it('finds them again, halved and compressed for another set, and mistakes none for another', async () => {
    const originals = await importFolder('pad-ufes-20', await padFolder((photograph) => photograph.png()));
    const copies = await importFolder(
      'pad-ufes-20',
      // Named .png as the table says; decoders go by content.
      await padFolder((photograph) => photograph.flatten().resize(112).jpeg({ quality: 75 })),
    );
    const another = copies.map((each) => ({
      ...each,
      id: `copy/${each.id}`,
      group: `copy/${each.group}`,
      archiveIds: [],
    }));
    const leaks = await listLeaks(originals, another);
    expect(leaks.length).toBeGreaterThanOrEqual(53);
    expect(new Set(leaks.map(({ kind }) => kind))).toEqual(new Set(['near-duplicate']));
    for (const { test, train } of leaks) expect(basename(test.id)).toBe(basename(train.id));
  });

  const others: [what: string, change: (photograph: Sharp) => Sharp, atLeast: number][] = [
    ['mirrored', (photograph) => photograph.flop(), 53],
    ['turned by a quarter', (photograph) => photograph.rotate(90), 53],
    ['cut by 5 %', (photograph) => photograph.extract({ left: 11, top: 11, width: 202, height: 202 }), 53],
    ['cut by 10 %', (photograph) => photograph.extract({ left: 22, top: 22, width: 180, height: 180 }), 52],
    ['cut at one side', (photograph) => photograph.extract({ left: 28, top: 0, width: 168, height: 224 }), 53],
  ];
  for (const [what, change, atLeast] of others) {
    it(`finds them again, ${what} and compressed, and mistakes none for another`, async () => {
      const originals = await importFolder('pad-ufes-20', await padFolder((photograph) => photograph.png()));
      const copies = await importFolder(
        'pad-ufes-20',
        await padFolder((photograph) => change(photograph.flatten()).jpeg({ quality: 85 })),
      );
      const another = copies.map((each) => ({ ...each, group: `copy/${each.group}`, archiveIds: [] }));
      const leaks = await listLeaks(originals, another);
      expect(leaks.length).toBeGreaterThanOrEqual(atLeast);
      for (const { test, train } of leaks) expect(basename(test.id)).toBe(basename(train.id));
    });
  }

  it('imports five dermoscopic pictures of the ISIC archive by ISIC 2019, scaled down to the budget', async () => {
    const folder = await temporaryFolder();
    const ids = ['0', '1', '2', '3', '4'].map((n) => `ISIC_000000${n}`);
    const truth = ids.map((id, i) => `${id},${[2, 4].includes(i) ? '1,0' : '0,1'},0,0,0,0,0,0,0`);
    await writeFiles(folder, {
      'ISIC_2019_Training_GroundTruth.csv': ['image,MEL,NV,BCC,AK,BKL,DF,VASC,SCC,UNK', ...truth, ''].join('\n'),
      'ISIC_2019_Training_Metadata.csv': [
        'image,age_approx,anatom_site_general,lesion_id,sex',
        ...ids.map((id) => `${id},,,,`),
        '',
      ].join('\n'),
    });
    await mkdir(join(folder, 'ISIC_2019_Training_Input'));
    for (const id of ids) {
      await copyFile(shared(`images_isic/${id}.jpg`), join(folder, `ISIC_2019_Training_Input/${id}.jpg`));
    }
    const cases = await importFolder('isic2019', folder);
    expect(cases.map(({ malignancy }) => malignancy)).toEqual(['benign', 'benign', 'malignant', 'benign', 'malignant']);
    // 1022 x 767 as Qwen's own processor would size it.
    expect(cases.flatMap(({ images }) => images.map(({ width, height }) => `${width}x${height}`))).toEqual(
      Array(5).fill('504x364'),
    );
    for (const each of cases) await expectStoredWell(each);
  });
});
