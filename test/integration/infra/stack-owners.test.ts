/** The local services of users, hosts and containers that are not this one. */
import { once } from 'node:events';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { thisProcess } from '../../../activities/owner.ts';
import { stackFile, stackFileSchema } from '../../../infra/local/settings.ts';
import { readEnvironment } from '../../../platform/env.ts';
import { asNobodyKnown, findUnshare, inContainer, othersMayRead } from '../../support/as-another.ts';
import { temporaryFolder } from '../../support/datasets.ts';
import { familyOf, killAll } from '../../support/process-table.ts';
import { dermflow } from '../../support/start.ts';

const unshare = findUnshare();
const installed = readEnvironment(process.env).home;
const up = [process.execPath, dermflow, 'up', '--no-workers', '--json'] as const;
const saidSchema = z.object({ bucket: z.string().optional(), error: z.object({ message: z.string() }).optional() });
type Command = readonly [string, ...string[]];

/** An empty home that anybody may write, with the programs that set-up installed. */
async function emptyHome(name = 'home'): Promise<string> {
  const place = await temporaryFolder();
  const home = join(place, name);
  await mkdir(home, { recursive: true });
  await symlink(join(installed, 'tools'), join(home, 'tools'));
  for (const folder of [place, home]) await chmod(folder, 0o777);
  return home;
}

/** Starts the services; `kill` is kill -9 of all that belongs to them. */
async function start([program, ...args]: Command, env: Record<string, string>) {
  const child = execa(program, args, { env, reject: false });
  const kill = async (): Promise<void> => {
    killAll(await familyOf(child.pid ?? 0));
    await child;
  };
  onTestFinished(kill);
  const stop = async (): Promise<number | undefined> => {
    child.kill('SIGTERM');
    return (await child).exitCode;
  };
  const [said]: unknown[] = await once(child.stdout, 'data');
  const { error, ...addresses } = saidSchema.parse(JSON.parse(String(said)));
  if (error) throw new Error(error.message);
  return { bucket: addresses.bucket, kill, stop };
}

async function expectItRuns(command: Command, env: Record<string, string>): Promise<void> {
  const { bucket, stop } = await start(command, env);
  expect(bucket).toBe('dermflow');
  expect(await stop()).toBe(0);
}

describe('the local services start', () => {
  it('in locale C, in a folder with blanks and other letters', async () => {
    await expectItRuns(up, { LC_ALL: 'C', DERMFLOW_HOME: await emptyHome('räum lich/皮膚 #1 100%') });
  });

  it.skipIf(unshare === null || !othersMayRead(join(installed, 'tools/bin/temporal')))(
    'under a user id without a name or a HOME (needs root, and a checkout that others may read)',
    async () => expectItRuns(asNobodyKnown(12_345, up), { DERMFLOW_HOME: await emptyHome() }),
  );

  it('where a stranger has the number of their last owner, whom nothing happens to', async () => {
    const home = await emptyHome();
    const stranger = execa('sleep', ['600'], { reject: false });
    const ports = { temporal: 1, ui: 2, s3: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12] };
    const owner = { ...thisProcess(), id: 'last', pid: stranger.pid, start: '1' };
    await writeFile(stackFile(home), JSON.stringify({ owner, ports, bucket: 'dermflow' }));
    await expectItRuns(up, { DERMFLOW_HOME: home });
    stranger.kill();
    expect((await stranger).signal).toBe('SIGTERM');
  });
});

describe.skipIf(unshare === null)('the local services of a container (needs root for unshare)', () => {
  it('are left alone while it lives; when it was killed, the same command starts them afresh', async () => {
    const env = { DERMFLOW_HOME: await emptyHome() };
    const first = await start(inContainer(up), env);
    await expect(start(up, env)).rejects.toThrow(/already run on .* in another container or on another host, .*; stop/);
    await first.kill();
    const second = await start(inContainer(up), env);
    const { owner } = stackFileSchema.parse(JSON.parse(await readFile(stackFile(env.DERMFLOW_HOME), 'utf8')));
    expect(owner?.pid).toBe(1);
    await second.kill();
  });
});
