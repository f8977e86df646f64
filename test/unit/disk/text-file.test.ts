import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openTextFile } from '../../../activities/disk/text-file.ts';
import { temporaryFolder } from '../../support/datasets.ts';

describe('a file of text', () => {
  it('has the bytes of all pieces together, however long they are', async () => {
    const path = join(await temporaryFolder(), 'pieces.txt');
    const piece = fc
      .tuple(fc.string({ unit: 'binary' }), fc.constantFrom(1, 1, 7, 30_000))
      .map(([text, times]) => text.repeat(times));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
        const file = await openTextFile(path);
        for (const each of pieces) await file.write(each);
        await file.flush();
        expect((await readFile(path)).equals(Buffer.concat(pieces.map((each) => Buffer.from(each))))).toBe(true);
        await file.close();
      }),
      { numRuns: 60 },
    );
  });

  it('takes pieces that fill its memory to the last byte', async () => {
    const path = join(await temporaryFolder(), 'pieces.txt');
    const file = await openTextFile(path);
    const longest = '\u20ac'.repeat(Math.floor(65_536 / 3));
    for (const each of ['a', longest, longest, 'b']) await file.write(each);
    await file.flush();
    await file.close();
    expect(await readFile(path, 'utf8')).toBe(`a${longest}${longest}b`);
  });
});
