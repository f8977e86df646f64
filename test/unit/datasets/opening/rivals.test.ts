import { describe, expect, it } from 'vitest';
import { caseRecords, hamFolder, metadataTable, readAll, writeFiles } from '../../../support/datasets.ts';

const table = 'HAM10000_metadata.csv';

describe('a table of the same name in another folder', () => {
  const rows = [{ id: 'A' }, { id: 'B' }];
  it.each([`a/${table}`, `a/b/${table}`, 'a/HAM10000_metadata.tab', 'a/ham10000-metadata.csv'])(
    'is a mistake where it holds something else: %s',
    async (other) => {
      const folder = await hamFolder(rows);
      await writeFiles(folder, { [other]: metadataTable([{ id: 'C', dx: 'mel' }]) });
      await expect(caseRecords('ham10000', folder)).rejects.toThrow(
        new RegExp(`: holds both ${table.replace('.', '\\.')} and ${other.replace('.', '\\.')}; remove one$`),
      );
    },
  );

  it('is told where it holds the same', async () => {
    const folder = await hamFolder(rows);
    await writeFiles(folder, { [`a/${table}`]: metadataTable(rows) });
    expect(await caseRecords('ham10000', folder)).toHaveLength(2);
  });

  it('is the newer version where its name says so', async () => {
    const folder = await hamFolder(rows);
    await writeFiles(folder, { 'a/HAM10000_metadata_v2.csv': metadataTable([{ id: 'A' }]) });
    expect(await readAll('ham10000', folder)).toHaveLength(1);
  });

  it('is no matter where another set calls its table differently', async () => {
    const folder = await hamFolder(rows);
    await writeFiles(folder, { 'pad/metadata.csv': 'img_id,diagnostic\nx,NEV\n' });
    expect(await caseRecords('ham10000', folder)).toHaveLength(2);
  });
});
