import { describe, expect, it } from 'vitest';
import { readAdapter, readShare, readThrough } from '../../../../cli/data/data.ts';
import { hamFolder, metadataTable, writeFiles } from '../../../support/datasets.ts';
import { shippedKnowledge } from '../../../support/knowledge.ts';

describe('dermflow data', () => {
  it.each([
    ['HAM10000', 'ham10000'],
    ['PAD_UFES_20', 'pad-ufes-20'],
    ['Isic Archive', 'isic-archive'],
    ['dermnet', 'dermnet'],
  ])('takes %s as --data does', (text, adapter) => expect(readAdapter(text)).toBe(adapter));

  it.each(['ham', '', 'ham10000.zip'])('names the sets where it is given %j', (text) =>
    expect(() => readAdapter(text)).toThrow(/^Allowed choices are .*ham10000, /),
  );

  it('tells a mistake in a table before it tells that no services run', async () => {
    const request = { adapter: 'ham10000', knowledge: shippedKnowledge } as const;
    const folder = await hamFolder([{ id: 'A' }]);
    await expect(readThrough({ ...request, folder })).resolves.toBeUndefined();
    await writeFiles(folder, { 'HAM10000_metadata.csv': metadataTable([{ id: 'A', dx: 'wort' }]) });
    await expect(readThrough({ ...request, folder })).rejects.toThrow(/row 2: column dx is "wort"/);
  });

  it.each(['0', '0.01', '1', ' 0.5 '])('takes the share %j', (text) => expect(readShare(text)).toBe(Number(text)));

  it.each(['1.5', '-0.1', 'abc', '', ' ', '5%', 'NaN', 'Infinity'])('says the range for the share %j', (text) =>
    expect(() => readShare(text)).toThrow(`--max-bad-share ${JSON.stringify(text)}: give a share from 0 to 1`),
  );
});
