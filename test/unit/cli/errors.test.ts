import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { explainError } from '../../../cli/errors.ts';
import { temporaryFolder } from '../../support/datasets.ts';

async function linesOf(work: () => Promise<unknown>, json = false) {
  const [out, err] = [vi.spyOn(console, 'log'), vi.spyOn(console, 'error')].map((spy) =>
    spy.mockImplementation(() => {}),
  );
  try {
    const error = await work().then(
      () => new TypeError('nothing was refused'),
      (reason: unknown) => reason,
    );
    const exitCode = explainError(error, json);
    return { exitCode, lines: [...(out?.mock.calls ?? []), ...(err?.mock.calls ?? [])].flat() };
  } finally {
    for (const spy of [out, err]) spy?.mockRestore();
  }
}

describe('a file that cannot be written or read', () => {
  it.each<[string, (folder: string) => Promise<unknown>]>([
    ['in a folder that is not there', (folder) => writeFile(join(folder, 'absent', 'x.tsv'), '')],
    ['that is a folder', (folder) => writeFile(folder, '')],
    [
      'below a file',
      async (folder) => {
        await writeFile(join(folder, 'file'), '');
        await mkdir(join(folder, 'file', 'below'), { recursive: true });
      },
    ],
    ['of too long a name', (folder) => readFile(join(folder, 'x'.repeat(300)))],
  ])('%s is told in one line with the path, and no stack', async (_, work) => {
    const folder = await temporaryFolder();
    const { exitCode, lines } = await linesOf(() => work(folder));
    expect(exitCode).toBe(2);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\/.+: .+; .+ \(E[A-Z]+\)$/);
    expect(lines[0]).not.toContain('\n');
  });

  it('is an object for programs', async () => {
    const { lines } = await linesOf(() => readFile('/nowhere/x'), true);
    expect(JSON.parse(String(lines[0]))).toMatchObject({ error: { type: 'UserMistake' } });
  });

  it('leaves what nobody foresaw as it is', async () => {
    const { exitCode, lines } = await linesOf(async () => {
      throw new TypeError('a defect');
    });
    expect([exitCode, lines[0]]).toEqual([1, expect.any(TypeError)]);
  });
});
