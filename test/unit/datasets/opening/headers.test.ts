import { describe, expect, it } from 'vitest';
import { caseRecords, hamFolder, metadataTable, writeFiles } from '../../../support/datasets.ts';
import { layouts, writeLayout } from '../../../support/layouts.ts';

const upperHeader = (table: string): string => table.replace(/^[^\n]*/, (header) => header.toUpperCase());

describe('columns in another letter case', () => {
  for (const layout of layouts) {
    const tables = Object.entries(layout.tables).filter(([, text]) => /^[\w ,()-]+\r?\n/.test(String(text)));
    if (tables.length === 0 || layout.adapter === 'skincon') continue;
    it(`are the set's own: ${layout.adapter} (${layout.form})`, async () => {
      const changed = tables.map(([name, text]) => [name, upperHeader(String(text))]);
      const shouted = { ...layout, tables: { ...layout.tables, ...Object.fromEntries(changed) } };
      const [plain, upper] = [
        await caseRecords(layout.adapter, await writeLayout(layout)),
        await caseRecords(layout.adapter, await writeLayout(shouted)),
      ];
      expect(upper.map((r) => [r.id, r.diagnosis, r.group])).toEqual(plain.map((r) => [r.id, r.diagnosis, r.group]));
    });
  }

  it('are none of the set where two columns differ in case alone and neither is its spelling', async () => {
    const folder = await hamFolder([{ id: 'A' }]);
    const table = metadataTable([{ id: 'A' }])
      .replace(/^lesion_id/, 'LESION_ID')
      .replace('\n', ',Lesion_ID\n');
    await writeFiles(folder, { 'HAM10000_metadata.csv': table });
    await expect(caseRecords('ham10000', folder)).rejects.toThrow(/column lesion_id is missing/);
  });
});
