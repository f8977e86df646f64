import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { storedEncoder } from '../../../activities/features/stored-encoder.ts';
import { readJson } from '../../../activities/store/commit.ts';
import { storeEncoder } from '../../../cli/encoder.ts';
import { artifactFiles } from '../../../domain/artifact-files.ts';
import { temporaryFolder, writeFiles } from '../../support/datasets.ts';
import { createMemoryStore } from '../../support/memory-store.ts';

const store = createMemoryStore();
async function stored(files: Record<string, string>, name: string) {
  const folder = await temporaryFolder();
  await writeFiles(folder, files);
  return storeEncoder(join(folder, name), store);
}
const digest = async ({ artifact }: Awaited<ReturnType<typeof stored>>) =>
  (await storedEncoder(store, artifact, await temporaryFolder(), 1)).digest;

describe("an encoder of one's own", () => {
  it('is stored with its settings and the files of its weights', async () => {
    const files = {
      'x.onnx': 'graph',
      'x.onnx_data': 'weights',
      'x.onnx.txt': 'notes',
      'e.yaml': 'file: x.onnx\nside: 32\nname: mine',
    };
    const { name, artifact } = await stored(files, 'e.yaml');
    expect(name).toBe('mine');
    const { encoder } = artifactFiles.onnx;
    expect(Object.keys((await store.manifest(artifact)).files).toSorted()).toEqual([
      encoder.name,
      'x.onnx',
      'x.onnx_data',
    ]);
    expect(await readJson(store, artifact, encoder.name, encoder.schema)).toMatchObject({ side: 32, pooling: 'first' });
  });

  it('is another by each of its settings and by its bytes, and the same by another name', async () => {
    const files = (settings: string, graph = 'graph') => ({ 'x.onnx': graph, 'e.yaml': `file: x.onnx\n${settings}` });
    const plain = await digest(await stored(files(''), 'e.yaml'));
    expect(await digest(await stored({ 'y.onnx': 'graph' }, 'y.onnx'))).toBe(plain);
    expect(await digest(await stored(files('name: other'), 'e.yaml'))).toBe(plain);
    const others = await Promise.all([
      ...['side: 32', 'mean: [0, 0, 0]', 'std: [1, 1, 1]', 'pooling: mean', 'prefixTokens: 5', 'output: tokens'].map(
        async (settings) => digest(await stored(files(settings), 'e.yaml')),
      ),
      digest(await stored(files('', 'another'), 'e.yaml')),
    ]);
    expect(new Set([plain, ...others]).size).toBe(8);
  });

  it.each([
    [{}, 'e.yaml', /e\.yaml: cannot be read/],
    [{ 'e.yaml': 'side: 32' }, 'e.yaml', /e\.yaml: file: /],
    [{ 'e.yaml': 'file: x.onnx\nsize: 32' }, 'e.yaml', /e\.yaml: the file: .*size/],
    [{ 'e.yaml': 'file: x.onnx\nstd: [1, 0, 1]' }, 'e.yaml', /e\.yaml: std: expected numbers above 0/],
    [{ 'e.yaml': 'file: x.onnx' }, 'e.yaml', /e\.yaml: file: there is no x\.onnx/],
    [{ 'e.yaml': 'file: x.pt', 'x.pt': '' }, 'e.yaml', /file: x\.pt is not an \.onnx file/],
    [{ 'e.yaml': '{' }, 'e.yaml', /e\.yaml: is neither YAML nor JSON/],
    [{}, 'x.onnx', /x\.onnx: there is no such file$/],
    [{ 'w.pt': 'PK' }, 'w.pt', /w\.pt: holds no settings; give an encoder exported to ONNX/],
    [{ 'e.yaml': '' }, 'e.yaml', /e\.yaml: holds no settings/],
    [{ 'e.yaml': '[1]' }, 'e.yaml', /e\.yaml: holds no settings/],
  ])('that is none is refused in a line: %j', async (files, name, words) => {
    const refused = await stored(files, name).catch(({ message }: Error) => message);
    expect(refused).toMatch(words);
    expect(refused).not.toContain('\n');
  });
});
