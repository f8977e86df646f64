import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { explainCrash, explainDiskError } from '../../../activities/disk/disk-errors.ts';
import { openScratchDatabase } from '../../../activities/scratch-database.ts';
import { DermflowError, failureTypes } from '../../../domain/failures.ts';
import { temporaryFolder } from '../../support/datasets.ts';

describe('explainCrash', () => {
  it('leaves the failure alone where there is space', async () => {
    const crash = new DermflowError(failureTypes.trainerCrashed, 'exit code 1');
    expect(await explainCrash(crash, await temporaryFolder())).toBe(crash);
  });
});

describe('explainDiskError', () => {
  it('names the folder of a database that has no more room', () => {
    const database = openScratchDatabase('create table t (a text); pragma max_page_count = 3');
    const fill = (): void => {
      const insert = database.prepare('insert into t values (?)');
      for (let i = 0; i < 100; i++) insert.run('x'.repeat(1_000));
    };
    let full: unknown;
    try {
      fill();
    } catch (error) {
      full = explainDiskError(error, '/fast');
    }
    database.close();
    expect(full).toMatchObject({
      type: failureTypes.unavailable,
      message: expect.stringMatching(`${tmpdir()}: the disk is full; .*TMPDIR`),
    });
  });

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
