import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readJsonFile, writeCanonicalFile, writeJsonFile } from '../../activities/json-file.ts';
import { temporaryFolder } from '../support/datasets.ts';

describe('a JSON file in pieces', () => {
  it('has the bytes of one string, and is read as what it was', async () => {
    const path = join(await temporaryFolder(), 'value.json');
    // A key `__proto__` is left out when it is read, for no file of ours has one.
    const values = fc.jsonValue({ stringUnit: 'binary' }).filter((each) => !JSON.stringify(each).includes('__proto__'));
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        const left = { value, absent: undefined, none: null, empty: [{}, []] };
        await writeJsonFile(path, left);
        expect(await readFile(path, 'utf8')).toBe(`${JSON.stringify(left, null, 2)}\n`);
        expect(await readJsonFile(path, z.json())).toEqual(JSON.parse(JSON.stringify(left)));
      }),
      { numRuns: 60 },
    );
  });

  it('has the bytes of canonical JSON where these are asked for', async () => {
    const path = join(await temporaryFolder(), 'own-items.json');
    const items = [{ id: 'b', answer: 'ä' }, { id: 'a' }];
    await writeCanonicalFile(path, { items, images: { 'b.png': { width: 1, bytes: 2 }, 'a.png': { bytes: 3 } } });
    expect(await readFile(path, 'utf8')).toBe(
      '{"images":{"a.png":{"bytes":3},"b.png":{"bytes":2,"width":1}},"items":[{"answer":"ä","id":"b"},{"id":"a"}]}',
    );
  });

  it('lets timers have their turn while it is written and read', async () => {
    const path = join(await temporaryFolder(), 'value.json');
    const matrix = Array.from({ length: 700 }, () => Array.from({ length: 700 }, (_, i) => i));
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await writeJsonFile(path, { matrix });
    const whileWritten = turns;
    expect(await readJsonFile(path, z.any())).toEqual({ matrix });
    clearInterval(timer);
    expect([whileWritten, turns - whileWritten].map((count) => count > 4)).toEqual([true, true]);
  });

  it('that is none is told by its name, and one of another shape is refused', async () => {
    const path = join(await temporaryFolder(), 'value.json');
    await writeFile(path, '{"a": 1,}');
    await expect(readJsonFile(path, z.any(), 'summary')).rejects.toThrow('summary: is not JSON');
    await writeFile(path, '{"a": 1}');
    await expect(readJsonFile(path, z.array(z.int()))).rejects.toThrow();
  });
});
