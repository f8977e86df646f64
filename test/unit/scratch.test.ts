import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { explainCrash, explainDiskError, sweepScratch, withScratchFolder } from '../../activities/scratch.ts';
import { DermflowError, failureTypes } from '../../domain/failures.ts';
import { temporaryFolder } from '../support/datasets.ts';

describe('withScratchFolder', () => {
  it('gives an empty folder and removes it with its contents', async () => {
    const scratch = join(await temporaryFolder(), 'not/yet');
    const seen = await withScratchFolder(scratch, 'sft', async (folder) => {
      await writeFile(join(folder, 'x'), '');
      return readdir(folder);
    });
    expect(seen).toEqual(['x']);
    expect(await readdir(scratch)).toEqual([]);
  });

  it('removes it when the work fails, and passes the failure on', async () => {
    const scratch = await temporaryFolder();
    const failure = new RangeError('work');
    const work = (): Promise<never> => Promise.reject(failure);
    await expect(withScratchFolder(scratch, 'sft', work)).rejects.toBe(failure);
    expect(await readdir(scratch)).toEqual([]);
  });
});

describe('sweepScratch', () => {
  it('removes what dead processes left and nothing else', async () => {
    const scratch = await temporaryFolder();
    const gone = (await execa('node', ['-p', 'process.pid'])).stdout;
    const names = [`sft-${gone}-abc123`, `sft-${process.ppid}-abc123`, 'notes'];
    for (const name of names) await mkdir(join(scratch, name, 'deep'), { recursive: true });
    const rescued: string[] = [];
    await withScratchFolder(scratch, 'own', async (own) => {
      await sweepScratch(scratch, async (folder) => rescued.push(folder) > 0);
      expect((await readdir(scratch)).toSorted()).toEqual([...names.slice(1), basename(own)].toSorted());
    });
    expect(rescued).toEqual([join(scratch, `sft-${gone}-abc123`)]);
  });

  it('takes a folder of its own number that it did not make for its predecessor’s, as in a container', async () => {
    const scratch = await temporaryFolder();
    await mkdir(join(scratch, `sft-${process.pid}-abc123`));
    await sweepScratch(scratch, async () => true);
    expect(await readdir(scratch)).toEqual([]);
  });

  it('needs no folder', () => expect(sweepScratch('/does/not/exist', async () => true)).resolves.toBeUndefined());
});

describe('explainCrash', () => {
  it('leaves the failure alone where there is space', async () => {
    const crash = new DermflowError(failureTypes.trainerCrashed, 'exit code 1');
    expect(await explainCrash(crash, await temporaryFolder())).toBe(crash);
  });
});

describe('explainDiskError', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS'])('%s becomes Unavailable with a remedy', (code) => {
    const explained = explainDiskError(Object.assign(new Error('write'), { code }), '/fast');
    expect(explained).toMatchObject({
      type: failureTypes.unavailable,
      message: expect.stringMatching(/^scratch folder \/fast: .*DERMFLOW_SCRATCH/),
    });
  });

  it('leaves any other error as it is', () => {
    const error = Object.assign(new Error('no such file'), { code: 'ENOENT' });
    expect(explainDiskError(error, '/fast')).toBe(error);
  });
});
