import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { type Owner, thisProcess } from '../../../activities/owner.ts';
import { isInUse, requireFree } from '../../../infra/local/occupied.ts';
import { readOrMakeSecrets, readStackFile, type StackFile, stackFile } from '../../../infra/local/settings.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { deadOwner } from '../../support/scratch.ts';

const logger = pino({ level: 'silent' });
const ports = { temporal: 1, ui: 2, s3: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12] };
const watchMs = 500;

/** A folder whose stack was last run by `owner`. */
async function homeOf(owner: Owner | null): Promise<{ home: string; last: StackFile }> {
  const home = await temporaryFolder();
  const last = { owner, ports, bucket: 'dermflow', ready: true, momentary: false };
  await writeFile(stackFile(home), JSON.stringify(last));
  return { home, last };
}

describe('requireFree', () => {
  it('refuses where the owner runs, naming it', async () => {
    const { home, last } = await homeOf({ ...thisProcess(), id: 'as another process sees it' });
    await expect(requireFree(home, last, logger, watchMs)).rejects.toThrow(
      `local services already run on ${home} (process ${process.pid}); use them, or stop that process first`,
    );
    expect(await isInUse(home, last)).toBe(true);
  });

  it.each([
    ['its process has ended', null],
    ['a stranger has its number', deadOwner()],
  ])('lets a start through at once where %s', async (_, owner) => {
    const { home, last } = await homeOf(owner);
    await requireFree(home, last, logger, 60_000);
    expect(await isInUse(home, last)).toBe(false);
  });

  const elsewhere = [
    ['a killed container', { pidNamespace: 'pid:[1]' }],
    ['before a reboot', { boot: 'another' }],
    [
      'before a reboot, with a number that runs here',
      { boot: 'another', pid: process.pid, start: thisProcess().start },
    ],
  ] as const;

  it.each(elsewhere)('lets a start through where nobody renews it: %s', async (_, changes) => {
    const { home, last } = await homeOf(deadOwner(changes));
    await requireFree(home, last, logger, watchMs);
  });

  it.each(elsewhere)('refuses where it is renewed, whatever the clocks say: as %s', async (_, changes) => {
    const { home, last } = await homeOf(deadOwner({ ...changes, host: 'gpu-2' }));
    let time = 1;
    const renew = setInterval(() => void utimes(stackFile(home), time, ++time), 50);
    try {
      await expect(requireFree(home, last, logger, 60_000)).rejects.toThrow(
        /already run on .* host, gpu-2\); stop them/,
      );
    } finally {
      clearInterval(renew);
    }
  });
});

describe('what a power cut or another version left', () => {
  it.each(['', '{"owner":', '[]', '{"ports":{}}'])('stack.json %j counts as none', async (text) => {
    const home = await temporaryFolder();
    await writeFile(stackFile(home), text);
    expect(await readStackFile(home)).toBeNull();
  });

  it('an earlier version’s stack.json keeps ports and bucket', async () => {
    const home = await temporaryFolder();
    await writeFile(stackFile(home), JSON.stringify({ pid: process.pid, ports, bucket: 'dermflow-7' }));
    expect(await readStackFile(home)).toMatchObject({ owner: null, ports, bucket: 'dermflow-7' });
  });

  it('empty credentials are made again', async () => {
    const home = await temporaryFolder();
    await writeFile(join(home, 'credentials.json'), '');
    const made = await readOrMakeSecrets(home);
    expect(made.jwt).toHaveLength(4);
    expect(await readOrMakeSecrets(home)).toEqual(made);
  });
});
