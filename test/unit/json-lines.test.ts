import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fileRows, linesOf, parseLines, rowFiles, writeLineFiles } from '../../activities/json-lines.ts';
import { listRows } from '../../activities/rows.ts';
import { commitFiles } from '../../activities/store/commit.ts';
import { readJsonLines, withRows } from '../../activities/store/rows.ts';
import { userMistake } from '../../domain/failures.ts';
import { byFiles } from '../support/by-files.ts';
import { temporaryFolder } from '../support/datasets.ts';
import { createMemoryStore } from '../support/memory-store.ts';

const rowSchema = z.strictObject({ id: z.string() });
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Bytes in pieces of a size, however characters and lines fall into them. */
function* pieces(text: string, size: number): Generator<Uint8Array> {
  const bytes = bytesOf(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function fileWith(text: string): Promise<string> {
  const path = join(await temporaryFolder(), 'rows.jsonl');
  await writeFile(path, text);
  return path;
}

describe('JSON lines', () => {
  it('come out as they went in, whatever is in them and however the bytes are cut', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\u2028', '\u2029', '\r', '\n', '\u0085', ''));
    await fc.assert(
      fc.asyncProperty(fc.array(text), fc.integer({ min: 1, max: 9 }), async (ids, size) => {
        const written = ids.map((id) => `${JSON.stringify({ id })}\n`).join('');
        const read = [];
        for await (const { id } of parseLines(pieces(written, size), rowSchema, 'test')) read.push(id);
        expect(read).toEqual(JSON.parse(JSON.stringify(ids)));
      }),
    );
  });

  it('are written to several files and read as often as one likes', async () => {
    const folder = await temporaryFolder();
    const paths = { a: join(folder, 'a'), b: join(folder, 'b') };
    await writeLineFiles(paths, async ({ a, b }) => {
      for (let i = 0; i < 50_000; i += 1) await (i % 2 ? a : b).write({ id: String(i) });
      expect([a.count(), b.count()]).toEqual([25_000, 25_000]);
    });
    const rows = fileRows(paths.b, rowSchema);
    expect((await listRows(rows)).at(-1)).toEqual({ id: '49998' });
    expect(await listRows(rows)).toHaveLength(25_000);
    expect((await readFile(paths.a, 'utf8')).startsWith('{"id":"1"}\n{"id":"3"}\n')).toBe(true);
  });

  it('may lack the last end, have empty lines, carriage returns and a byte-order mark', async () => {
    const rows = fileRows(await fileWith('\uFEFF{"id":"a"}\r\n\n  \n{"id":"b"}'), rowSchema);
    expect(await listRows(rows)).toEqual([{ id: 'a' }, { id: 'b' }]);
  });

  it('of a file that is still written to lack their last one until it is whole', async () => {
    const path = await fileWith('{"id":"a"}\n{"id":"b"}');
    expect(await listRows(fileRows(path, rowSchema, path, { unfinished: 'leave out' }))).toEqual([{ id: 'a' }]);
  });

  it.each([
    ['no JSON', '{"id":"a"}\n\n{"id":', /^cases\.jsonl: line 3 is not JSON \(.+\)$/],
    ['another form', '{"id":"a"}\n{"id":7}\n', /^cases\.jsonl: line 2: id: .+$/],
    ['no object', '7\n', /^cases\.jsonl: line 1: the value: .+$/],
  ])('tell file, line and field of what is %s', async (_, text, message) => {
    const rows = fileRows(await fileWith(text), rowSchema, 'cases.jsonl');
    await expect(listRows(rows)).rejects.toMatchObject({ type: 'Corrupt', message: expect.stringMatching(message) });
    const own = fileRows(await fileWith(text), rowSchema, 'cases.jsonl', { failure: userMistake });
    await expect(listRows(own)).rejects.toMatchObject({ type: 'UserMistake' });
  });

  it('longer than the bound end the reading before they are in memory', async () => {
    let given = 0;
    const endless = (function* () {
      yield bytesOf('{"id":"a"}\n');
      for (;;) {
        given += 1;
        yield new Uint8Array(1000).fill(97);
      }
    })();
    const read = async (): Promise<void> => {
      for await (const _ of linesOf(endless, 'endless', { longest: 10_000 }));
    };
    await expect(read()).rejects.toThrow(/^endless: line 2 is longer than 10000 bytes/);
    expect(given).toBeLessThan(12);
    const short = `${JSON.stringify({ id: 'x'.repeat(80) })}\n`;
    await expect(listRows(fileRows(await fileWith(short), rowSchema, 'f', { longest: 40 }))).rejects.toThrow(/line 1/);
  });

  it('come from the store, told by artifact and file', async () => {
    const store = createMemoryStore();
    const about = { kind: 'metrics', key: 'k', method: 'test/1', inputs: {}, params: {}, facts: {} } as const;
    const whole = await commitFiles(store, about, { 'rows.jsonl': { data: '{"id":"a"}\n{"id":"b"}' } });
    expect(await readJsonLines(store, whole, 'rows.jsonl', rowSchema)).toHaveLength(2);
    const damaged = await commitFiles(store, { ...about, key: 'd' }, { 'rows.jsonl': { data: '{"id":"a"}\n{"id"' } });
    await expect(readJsonLines(store, damaged, 'rows.jsonl', rowSchema)).rejects.toThrow(
      /^metrics d: rows\.jsonl: line 2 is not JSON/,
    );
  });

  it('go to the store and come back as files', async () => {
    const [folder, scratch] = [await temporaryFolder(), await temporaryFolder()];
    const files = await rowFiles(folder, { 'a.jsonl': [{ id: 'a' }, { id: 'ä' }], 'none.jsonl': [] });
    expect(await readFile(files['a.jsonl']?.path ?? '', 'utf8')).toBe('{"id":"a"}\n{"id":"ä"}\n');
    const store = byFiles(createMemoryStore());
    const about = { kind: 'metrics', key: 'k', method: 'test/1', inputs: {}, params: {}, facts: {} } as const;
    const whole = await commitFiles(store, about, files);
    const read = (name: string) => withRows({ store, scratch }, whole, { name, schema: rowSchema }, listRows);
    expect(await read('a.jsonl')).toEqual([{ id: 'a' }, { id: 'ä' }]);
    expect(await read('none.jsonl')).toEqual([]);
    expect(await readdir(scratch)).toEqual([]);
  });
});
