import { once } from 'node:events';
import { execa } from 'execa';
import { describe, expect, it, vi } from 'vitest';
import { type Owner, ownerSchema, stateOf, thisProcess } from '../../activities/owner.ts';

const ownerProgram = `
import { thisProcess } from ${JSON.stringify(new URL('../../activities/owner.ts', import.meta.url).href)};
console.log(JSON.stringify(thisProcess()));
setTimeout(() => {}, 2 ** 30);
`;

/** A process that tells who it is and lives until it is killed. */
async function startOwner(): Promise<{ owner: Owner; kill(): Promise<void> }> {
  const child = execa(process.execPath, ['--input-type=module', '--eval', ownerProgram], { reject: false });
  const [said]: unknown[] = await once(child.stdout, 'data');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await child;
  };
  return { owner: ownerSchema.parse(JSON.parse(String(said))), kill };
}

describe('stateOf', () => {
  it('knows this process, and another one of this machine until it ends', async () => {
    expect(stateOf(thisProcess())).toBe('alive');
    const { owner, kill } = await startOwner();
    expect(stateOf(owner)).toBe('alive');
    await kill();
    expect(stateOf(owner)).toBe('gone');
  });

  it('tells a process from an earlier one of its number', () => {
    expect(stateOf({ ...thisProcess(), id: 'earlier', start: '1' })).toBe('gone');
  });

  it.each([
    ['host', { host: 'other' }],
    ['boot', { boot: 'other' }],
    ['process namespace', { pidNamespace: 'other' }],
    ['system that does not tell', { boot: null }],
  ])('sees nothing of another %s, whether the number runs here or not', (_, changes) => {
    for (const pid of [process.pid, 2 ** 22 + 1]) {
      expect(stateOf({ ...thisProcess(), id: 'other', pid, ...changes })).toBe('elsewhere');
    }
  });

  it.skipIf(process.platform !== 'linux')('takes one that was not reaped for gone', async () => {
    // The parent never waits for its child, as the first process of many a container.
    const script = 'sleep 0.2 & echo "$! $(cut -d " " -f 22 /proc/$!/stat)"; exec sleep 60';
    const parent = execa('sh', ['-c', script], { reject: false });
    const [said]: unknown[] = await once(parent.stdout, 'data');
    const [pid, start = ''] = String(said).trim().split(' ');
    await vi.waitFor(() => expect(stateOf({ ...thisProcess(), id: 'zombie', pid: Number(pid), start })).toBe('gone'));
    parent.kill('SIGKILL');
    await parent;
  });
});
