/** Sets in zip archives: read in place, the same as unpacked ones; hostile archives are refused by name. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { importDataset } from '../../../../activities/datasets/import/import-dataset.ts';
import { readJson } from '../../../../activities/store/commit.ts';
import { readJsonLines } from '../../../../activities/store/rows.ts';
import type { ArtifactRef } from '../../../../domain/artifact.ts';
import { artifactFiles } from '../../../../domain/artifact-files.ts';
import { caseSchema } from '../../../../domain/cases/case.ts';
import { failureTypes } from '../../../../domain/failures.ts';
import type { AdapterName } from '../../../../domain/recipe/data.ts';
import { caseRecords, jpeg, metadataTable, readAll, temporaryFolder, writeFiles } from '../../../support/datasets.ts';
import { shippedKnowledge } from '../../../support/knowledge.ts';
import { layouts, writeLayout } from '../../../support/layouts.ts';
import { createMemoryStore } from '../../../support/memory-store.ts';
import { zipFolder, zipOf, zipWithName } from '../../../support/zips.ts';

const settings = { maxPixels: 12_544, snapTo: 28, maxBadShare: 0.5 };
const table = 'HAM10000_metadata.csv';

async function importFrom(adapter: AdapterName, folder: string, store = createMemoryStore()): Promise<ArtifactRef> {
  const scratch = await temporaryFolder();
  return importDataset({ store, adapter, folder, settings, knowledge: shippedKnowledge, scratch });
}

describe('a set in one archive is the same as unpacked', () => {
  for (const layout of layouts) {
    it(`${layout.adapter}: ${layout.form}`, async () => {
      const unpacked = await writeLayout(layout);
      const folder = await temporaryFolder();
      await writeFiles(folder, { 'archive.ZIP': await zipFolder(unpacked, 'download/') });
      const expected = await importFrom(layout.adapter, unpacked);
      expect(await importFrom(layout.adapter, folder)).toEqual(expected);
      expect(await importFrom(layout.adapter, join(folder, 'archive.ZIP'))).toEqual(expected);
      expect(await readdir(folder)).toEqual(['archive.ZIP']);
    });
  }
});

describe('archives side by side', () => {
  const rows = ['A', 'B', 'C', 'D'].map((id) => ({ id }));

  it('are one set with the table beside them', async () => {
    const folder = await temporaryFolder();
    const part = async (ids: string[]): Promise<Buffer> =>
      zipOf(
        await Promise.all(
          ids.map(async (id, i) => ({ name: `${id}.jpg`, data: await jpeg(100 * i + 40 * ids.length) })),
        ),
      );
    await writeFiles(folder, {
      [table]: metadataTable(rows),
      'HAM10000_images_part_1.zip': await part(['A', 'B']),
      'HAM10000_images_part_2.zip': await part(['C']),
      'HAM10000_images_part_2/D.jpg': await jpeg(77),
    });
    const records = await caseRecords('ham10000', folder);
    expect(records.every(({ image }) => 'path' in image)).toBe(true);
    const store = createMemoryStore();
    const cases = await readJsonLines(
      store,
      await importFrom('ham10000', folder, store),
      artifactFiles.dataset.cases.name,
      caseSchema,
    );
    expect(cases.map(({ id }) => id)).toEqual(rows.map(({ id }) => `ham10000/${id}`));
  });

  it('may hold what is unpacked beside them too', async () => {
    const folder = await temporaryFolder();
    const image = await jpeg(5);
    await writeFiles(folder, {
      [table]: metadataTable([{ id: 'A' }]),
      'part/A.jpg': image,
      'part.zip': await zipOf([{ name: 'part/A.jpg', data: image }]),
    });
    expect(await caseRecords('ham10000', folder)).toHaveLength(1);
    await writeFiles(folder, { 'part/A.jpg': await jpeg(5, 80, 80) });
    await expect(caseRecords('ham10000', folder)).rejects.toThrow(/two different images have this name/);
  });

  it('passes over what macOS adds', async () => {
    const folder = await temporaryFolder();
    const members = [
      { name: 'A.jpg', data: await jpeg(5) },
      { name: '__MACOSX/._A.jpg', data: 'x' },
      { name: '__MACOSX/A.jpg', data: 'x' },
      { name: '.DS_Store', data: 'x' },
    ];
    await writeFiles(folder, { [table]: metadataTable([{ id: 'A' }]), 'part.zip': await zipOf(members) });
    expect((await caseRecords('ham10000', folder))[0]?.image).toMatchObject({ member: { name: 'A.jpg' } });
  });
});

describe('an archive that is damaged or hostile', () => {
  const withArchive = async (archive: Uint8Array): Promise<string> => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { [table]: metadataTable([{ id: 'A' }]), 'set.zip': archive, 'A.jpg': await jpeg(1) });
    return folder;
  };
  const zeros = (bytes: number) => new Uint8Array(bytes);
  const hostile: [what: string, make: () => Promise<Buffer>, says: RegExp][] = [
    ['a path upwards', () => zipWithName('../../A.jpg', 'x'), /^set\.zip: cannot be read \(invalid relative path: /],
    [
      'a path upwards further in',
      () => zipWithName('a/../../A.jpg', 'x'),
      /invalid relative path: a\/\.\.\/\.\.\/A\.jpg/,
    ],
    ['an absolute path', () => zipWithName('/etc/A.jpg', 'x'), /absolute path: \/etc\/A\.jpg/],
    ['a drive', () => zipWithName('C:/x/A.jpg', 'x'), /absolute path: C:/],
    [
      'a symbolic link',
      () => zipOf([{ name: 'A.jpg', data: '/etc/passwd', mode: 0o120777 }]),
      /^set\.zip: A\.jpg is a symbolic link; pack the file itself$/,
    ],
    [
      'one member that is a bomb',
      () => zipOf([{ name: 'A.jpg', data: zeros(8 * 1024 ** 2) }]),
      /^set\.zip: A\.jpg unpacks to more than 200 times its size/,
    ],
    [
      'many small members that are one together',
      () => zipOf(Array.from({ length: 60 }, (_, i) => ({ name: `${i}.jpg`, data: zeros(1_000_000) }))),
      /^set\.zip: \d+\.jpg unpacks to more than 200 times its size/,
    ],
    ['no archive', async () => Buffer.from('PK\u0003\u0004/etc/passwd'), /^set\.zip: cannot be read \(End of central/],
    [
      'a cut one',
      async () => (await zipOf([{ name: 'A.jpg', data: await jpeg(1) }])).subarray(0, 200),
      /^set\.zip: cannot be read \(.*\); download it again or unpack it$/,
    ],
  ];
  for (const [what, make, says] of hostile) {
    it(`is refused in one line: ${what}`, async () => {
      const error: unknown = await readAll('ham10000', await withArchive(await make())).catch((e: unknown) => e);
      expect(error).toMatchObject({ type: failureTypes.userMistake, message: expect.stringMatching(says) });
      expect(String(error)).not.toContain('\n');
    });
  }

  it('quarantines a member whose bytes are not what the archive declares', async () => {
    const data = await jpeg(9, 200, 200);
    const archive = await zipOf([
      { name: 'B.jpg', data, compress: false },
      { name: 'C.jpg', data: await jpeg(3) },
    ]);
    const at = archive.indexOf(data) + 200;
    archive.writeUInt8(archive.readUInt8(at) ^ 0xff, at);
    const folder = await temporaryFolder();
    await writeFiles(folder, { [table]: metadataTable([{ id: 'B' }, { id: 'C' }]), 'set.zip': archive });
    const store = createMemoryStore();
    const report = z.object({ quarantine: z.array(z.string()), cases: z.number() });
    const artifact = await importFrom('ham10000', folder, store);
    expect(await readJson(store, artifact, 'report.json', report)).toEqual({
      cases: 1,
      quarantine: ['B.jpg: is damaged in set.zip'],
    });
  });

  it('tells of archives that are not read', async () => {
    const folder = await withArchive(await zipOf([{ name: 'inner.zip', data: 'PK' }]));
    await writeFiles(folder, { 'part_2.tar.gz': 'x' });
    const notes: string[] = [];
    await readAll('ham10000', folder, (note) => notes.push(note));
    expect(notes).toEqual([expect.stringMatching(/^not read, unpack it .*: part_2\.tar\.gz, set\.zip\/inner\.zip$/)]);
  });

  it('follows a link to a folder once, and none that leads back', async () => {
    const { symlink } = await import('node:fs/promises');
    const folder = await withArchive(await zipOf([]));
    await rm(join(folder, 'A.jpg'));
    const elsewhere = await temporaryFolder();
    await writeFiles(elsewhere, { 'A.jpg': await jpeg(1) });
    await mkdir(join(folder, 'below'));
    await symlink(elsewhere, join(folder, 'linked'));
    await symlink(folder, join(folder, 'below/back'));
    const [record] = await caseRecords('ham10000', folder);
    expect(record?.image).toEqual({ path: join(folder, 'linked/A.jpg') });
  });
});
