/** Installs a server once below DERMFLOW_HOME and runs it on fresh data. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import getPort from 'get-port';
import { createS3Client } from '../../activities/store/s3.ts';
import { readEnvironment } from '../../platform/env.ts';
import type { S3Target } from '../support/s3-contract.ts';
import type { StoreServer } from './servers.ts';

export interface RunningStore extends S3Target {
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** Path of the program, which is installed where it is not there yet. */
async function install(name: string, { version, install, program }: StoreServer): Promise<string> {
  const { home, trainerPython } = readEnvironment(process.env);
  const folder = join(home, 'stores', `${name}-${version}`);
  const path = join(folder, program);
  if (existsSync(path)) return path;
  await mkdir(folder, { recursive: true });
  if (install.pip !== undefined) {
    const [uv, python] = [join(home, 'uv/bin/uv'), join(folder, 'python')];
    await execa(uv, ['venv', '--quiet', '--python', trainerPython, python]);
    await execa(uv, ['pip', 'install', '--quiet', '--python', join(python, 'bin/python'), install.pip]);
  }
  if (install.go !== undefined) {
    await execa('go', ['install', install.go], { env: { GOBIN: join(folder, 'bin') } });
  }
  if (install.npm !== undefined) {
    await execa('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, install.npm]);
  }
  return path;
}

export async function startStore(name: string, server: StoreServer): Promise<RunningStore> {
  const program = await install(name, server);
  const data = await mkdtemp(join(tmpdir(), 'dermflow-store-'));
  const port = await getPort();
  const secrets = server.account ?? { accessKeyId: 'dermflow', secretAccessKey: randomBytes(16).toString('hex') };
  const child = execa(program, server.args(port, data, secrets), {
    ...{
      env: server.env?.(secrets) ?? {},
      cwd: data,
      stdin: 'ignore',
      all: true,
      reject: false,
      forceKillAfterDelay: 5_000,
    },
  });
  const settings = { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', bucket: 'dermflow' };
  const client = createS3Client(settings, secrets);
  const remove = async (): Promise<void> => {
    child.kill();
    await child;
    client.destroy();
    await rm(data, { recursive: true, force: true });
  };
  let ended = false;
  void child.finally(() => {
    ended = true;
  });
  for (const until = Date.now() + 60_000; !(await listens(port)); await sleep(100)) {
    if (!ended && Date.now() < until) continue;
    await remove();
    throw new Error(`${name} does not listen: ${(await child).all}`);
  }
  return { settings, secrets, client, remove };
}

const listens = (port: number): Promise<boolean> =>
  new Promise((told) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => told(true)).on('error', () => told(false));
    socket.on('connect', () => socket.destroy());
  });
